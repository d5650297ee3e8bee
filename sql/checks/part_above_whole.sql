-- Is a part larger than its whole, whatever values the print allows? Areas within one are parts of it together.
-- needs: FROM parts WHERE kind = 'subset'
SELECT observation_id, rule, subject, seen, 'a part within its whole' AS expected,
    coalesce(idle_hint, 'a digit too many in the part, a lost one in the whole, or 万 for 亿?') AS hint, idle, offends, kind, figures
FROM rule_subjects WHERE kind = 'subset'
