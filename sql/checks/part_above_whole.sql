-- Is a part larger than its whole, whatever values the print allows?
-- Every rule is a subject once for each pair of figures, and once, as an offender, where it finds no pair.
-- needs: FROM parts WHERE kind = 'subset'
SELECT part.observation_id, 'parts ' || rule.whole || ' ' || rule.part AS rule, rule.part || ' ⊆ ' || rule.whole AS subject,
    coalesce(part.as_printed || ' of ' || whole.as_printed, 'no pair of figures') AS seen,
    'a part within its whole' AS expected,
    'a digit too many in the part, a lost one in the whole, or 万 for 亿?' AS hint,
    part.observation_id IS NULL AS idle,
    part.observation_id IS NULL OR NOT iv_overlaps(iv(part.lower, part.upper), iv(NULL, whole.upper)) AS offends
FROM parts rule
LEFT JOIN (SELECT * FROM current) whole ON whole.indicator_id = rule.whole
LEFT JOIN (SELECT * FROM current) part ON part.indicator_id = rule.part AND part.ref_area = whole.ref_area
    AND part.breakdown = whole.breakdown AND part.period_end = whole.period_end
    AND (part.at_day OR whole.at_day OR part.period_start = whole.period_start)
WHERE rule.kind = 'subset'
QUALIFY part.observation_id IS NOT NULL OR bool_and(part.observation_id IS NULL) OVER (PARTITION BY rule.whole, rule.part)
