-- Do two sources state one fact so that no value satisfies both?
-- needs: FROM (SELECT place FROM statements WHERE place > 1)
SELECT observation_id, rule, subject, seen, 'two prints that one value can satisfy' AS expected,
    coalesce(idle_hint, 'a misprint in one of them, a figure revised since, or two concepts on one indicator?') AS hint, idle, offends, kind, figures
FROM rule_subjects WHERE kind = 'statement'
