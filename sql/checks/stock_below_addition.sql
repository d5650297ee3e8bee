-- Is a stock smaller than what was added to it during the period that ended on its day?
-- needs: FROM parts WHERE kind = 'addition'
SELECT CASE WHEN added.observation_id IS NOT NULL THEN stock.observation_id END AS observation_id,
    'parts ' || rule.whole || ' ' || rule.part AS rule, rule.part || ' → ' || rule.whole AS subject,
    coalesce(stock.as_printed || ' after an addition of ' || added.as_printed, 'no pair of figures') AS seen,
    'a stock of at least its addition' AS expected,
    'a lost digit or multiplier in the stock?' AS hint,
    added.observation_id IS NULL AS idle,
    added.observation_id IS NULL OR coalesce(stock.upper < added.lower, false) AS offends
FROM parts rule
LEFT JOIN (SELECT * FROM current) stock ON stock.indicator_id = rule.whole
LEFT JOIN (SELECT * FROM current) added ON added.indicator_id = rule.part AND added.ref_area = stock.ref_area
    AND added.breakdown = stock.breakdown AND added.period_end = stock.period_end
WHERE rule.kind = 'addition'
QUALIFY added.observation_id IS NOT NULL OR bool_and(added.observation_id IS NULL) OVER (PARTITION BY rule.whole, rule.part)
