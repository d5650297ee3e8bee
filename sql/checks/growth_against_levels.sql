-- Is a published change or growth another than that of the levels it is said to be of?
-- needs: FROM published_rules WHERE kind IN ('change', 'growth', 'growth_by_change')
SELECT observation_id, rule, subject, seen, 'the change between the levels' AS expected,
    coalesce(idle_hint, 'a wrong headline, the wrong year, or rise for fall?') AS hint, idle, offends, kind, figures
FROM rule_subjects WHERE kind IN ('change', 'growth', 'growth_by_change')
