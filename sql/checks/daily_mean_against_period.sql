-- Is a published daily mean another than the total over the days of its period?
-- needs: FROM published_rules WHERE kind = 'per_day'
SELECT observation_id, rule, subject, seen, 'the total over the days of the period' AS expected,
    coalesce(idle_hint, 'a mean over working days, or the wrong year?') AS hint, idle, offends, kind, figures
FROM rule_subjects WHERE kind = 'per_day'
