-- Do the parts of a whole add up to something else than the whole, whatever values the print allows?
-- needs: FROM parts WHERE kind = 'sum'
SELECT observation_id, rule, subject, seen, 'parts that add up to the whole' AS expected,
    coalesce(idle_hint, 'a dropped digit, 万 for 亿, or a part that is missing?') AS hint, idle, offends, kind, figures
FROM rule_subjects WHERE kind = 'sum'
