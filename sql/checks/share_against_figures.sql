-- Is a published share, mean or rate another than that of its part and whole?
-- needs: FROM published_rules WHERE kind IN ('ratio', 'rate')
SELECT observation_id, rule, subject, seen, 'the quotient of the figures' AS expected,
    coalesce(idle_hint, 'a misread digit, or a share of something else?') AS hint, idle, offends, kind, figures
FROM rule_subjects WHERE kind IN ('ratio', 'rate')
