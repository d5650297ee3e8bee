-- Is a stock smaller than what was added to it during the period that ended on its day?
-- needs: FROM parts WHERE kind = 'addition'
SELECT observation_id, rule, subject, seen, 'a stock of at least its addition' AS expected,
    coalesce(idle_hint, 'a lost digit or multiplier in the stock?') AS hint, idle, offends, kind, figures
FROM rule_subjects WHERE kind = 'addition'
