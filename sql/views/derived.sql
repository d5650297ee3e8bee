-- Which ratios, differences and products follow from the figures, and within which bounds?
-- Rules and units come from rules/derived.csv; intervals go through iv_sub, iv_mul and iv_div. Operands belong to one area and
-- breakdown; stocks pair by their last day, everything else by the whole period.
-- A scale below 1 divides by its inverse, as 0.01 is no float64 and 100 is.
-- stored
WITH RECURSIVE rules AS (
    SELECT *, CASE WHEN scale < 1 AND operator <> '/' THEN 1 ELSE scale END::DOUBLE AS times,
        CASE WHEN scale < 1 AND operator <> '/' THEN round(1 / scale, 9) ELSE 1 END::DOUBLE AS divided
    FROM derived_rules),
known AS (
    SELECT 0 AS step, c.indicator_id AS id, c.ref_area, c.breakdown, c.time_period, c.period_start, c.period_end,
        c.at_day, c.obs_value AS value, iv(c.lower, c.upper) AS bounds,
        [c.observation_id] AS inputs
    FROM current c
    WHERE c.indicator_id IN (SELECT left_id FROM derived_rules UNION SELECT right_id FROM derived_rules)
    UNION ALL
    SELECT * FROM (
        SELECT k.* REPLACE (k.step + 1 AS step) FROM known k WHERE k.step < (SELECT max(step) FROM derived_rules)
        UNION ALL
        SELECT r.step, r.derived_id, a.ref_area, a.breakdown,
            CASE WHEN a.at_day THEN b.time_period ELSE a.time_period END,
            CASE WHEN a.at_day THEN b.period_start ELSE a.period_start END, a.period_end, a.at_day AND b.at_day,
            CASE r.operator WHEN '-' THEN a.value - b.value WHEN '*' THEN a.value * b.value ELSE a.value END * r.times
                / CASE r.operator WHEN '/' THEN nullif(b.value, 0) * r.divided ELSE r.divided END,
            iv_div(
                iv_mul(CASE r.operator WHEN '-' THEN iv_sub(a.bounds, b.bounds) WHEN '*' THEN iv_mul(a.bounds, b.bounds)
                       ELSE a.bounds END, iv(r.times, r.times)),
                CASE r.operator WHEN '/' THEN b.bounds ELSE iv(r.divided, r.divided) END),
            list_distinct(a.inputs || b.inputs)
        FROM rules r
        JOIN known a ON a.id = r.left_id AND a.step = r.step - 1
        JOIN known b ON b.id = r.right_id AND b.step = r.step - 1 AND b.ref_area = a.ref_area AND b.breakdown = a.breakdown
            AND b.period_end = a.period_end AND (a.at_day OR b.at_day OR a.period_start = b.period_start)))
SELECT r.derived_id, r.name_zh, r.name_en, k.ref_area, k.breakdown, k.time_period, k.period_start, k.period_end,
    k.value AS obs_value, k.bounds.lower AS lower, k.bounds.upper AS upper, r.unit_id, r.formula, r.scale,
    list_sort(k.inputs) AS inputs
FROM known k JOIN derived_rules r ON r.derived_id = k.id
WHERE k.step = (SELECT max(step) FROM derived_rules)
