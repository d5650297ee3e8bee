-- Is what was counted over a period more than over a longer period that holds it?
-- needs: FROM rule_subjects WHERE kind = 'cumulation'
SELECT observation_id, rule, subject, seen, 'a count that never falls as the year goes on' AS expected,
    coalesce(idle_hint, 'the wrong year, a dropped digit, or 万 for 亿?') AS hint, idle, offends, kind, figures
FROM rule_subjects WHERE kind = 'cumulation'
