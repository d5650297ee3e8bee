-- What is the latest value of each indicator in each area, how exact is it, and how was it printed?
SELECT i.theme_id, c.indicator_id, i.name_zh, i.name_en, c.ref_area, a.name_zh AS area_zh, a.name_en AS area_en,
    c.time_period, c.period_end, c.obs_value, c.lower, c.upper, u.name_en AS unit, c.as_printed,
    i.nature, c.evidence, c.source_id, c.observation_id
FROM current c
JOIN indicators i USING (indicator_id)
JOIN units u ON u.unit_id = c.unit_id
JOIN areas a ON a.code = c.ref_area
WHERE c.breakdown = ''
QUALIFY row_number() OVER (PARTITION BY c.indicator_id, c.ref_area ORDER BY c.period_end DESC, c.period_start) = 1
