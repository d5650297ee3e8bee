-- Do the shares of one whole add up to something else than 100 per cent?
-- needs: FROM parts WHERE kind = 'shares'
SELECT observation_id, rule, subject, seen, 'shares that add up to 100%' AS expected,
    coalesce(idle_hint, 'a misread digit, or a share that is missing?') AS hint, idle, offends, kind, figures
FROM rule_subjects WHERE kind = 'shares'
