-- By how much did it change on a year earlier: as published, beside what the levels give?
-- One row for each published change or growth, and one for each pair of levels a year apart of which none is published.
-- What a growth is computed from are the levels, or the level and the published change (`by_change`); it is empty where these
-- are not known. Growth is in per cent. Each has bounds; `agrees` compares these.
WITH published AS NOT MATERIALIZED (
    SELECT r.left_id AS indicator_id, CASE r.kind WHEN 'change' THEN 'change' ELSE 'growth' END AS measure,
        c.ref_area, c.breakdown, c.time_period, c.period_end,
        CASE WHEN i.nature NOT IN ('stock', 'standard', 'target') THEN f.flow_start END AS flow_start, f.obs_value AS published_value,
        f.lower AS published_lower, f.upper AS published_upper, f.as_printed AS published_print, f.observation_id AS published_id,
        c.computed_lower, c.computed_upper, c.agrees, r.kind = 'growth_by_change' AS by_change,
        list_filter(c.figures, lambda i: i <> f.observation_id) AS inputs, coalesce(r.lag, 'P1Y') AS lag
    FROM reconciliations c JOIN published_rules r ON c.kind = r.kind AND c.rule = concat_ws(' ', 'published_rules', r.published, r.kind)
    JOIN statements f ON f.observation_id = c.observation_id AND f.indicator_id = c.indicator_id AND f.ref_area = c.ref_area
    JOIN indicators i ON i.indicator_id = r.left_id
    WHERE r.kind IN ('change', 'growth', 'growth_by_change')
    QUALIFY row_number() OVER (PARTITION BY c.ref_area, f.observation_id, measure ORDER BY c.agrees IS NULL, by_change) = 1),
pairs AS NOT MATERIALIZED (
    SELECT n.indicator_id, n.ref_area, n.breakdown, n.time_period, n.period_end,
        CASE WHEN NOT n.at_day THEN n.period_start END AS flow_start, iv(n.lower, n.upper) AS level, iv(b.lower, b.upper) AS base,
        [n.observation_id, b.observation_id] AS inputs
    FROM current n JOIN indicators i USING (indicator_id)
    JOIN current b ON b.indicator_id = n.indicator_id AND b.ref_area = n.ref_area AND b.breakdown = n.breakdown
        AND b.period_end = earlier(n.period_end + 1, 'P1Y') - 1
        AND (n.at_day OR b.period_start = earlier(n.period_start, 'P1Y'))
    WHERE i.nature IN ('stock', 'flow', 'standard')),
computed AS (
    SELECT p.* EXCLUDE (level, base), 'change' AS measure, iv_sub(level, base) AS computed FROM pairs p
    UNION ALL
    SELECT p.* EXCLUDE (level, base), 'growth',
        iv_mul(iv_sub(iv_div(level, base), iv(1, 1)), iv(100, 100)) FROM pairs p)
SELECT indicator_id, measure, ref_area, breakdown, time_period, period_end, lag, published_value, published_lower, published_upper,
    published_print, published_id, computed_lower, computed_upper, by_change, agrees, inputs
FROM published
UNION ALL
SELECT c.indicator_id, c.measure, c.ref_area, c.breakdown, c.time_period, c.period_end, 'P1Y', NULL, NULL, NULL, NULL, NULL,
    c.computed.lower, c.computed.upper, false, NULL, c.inputs
FROM computed c LEFT JOIN published p  -- no anti join: a filter on indicator and area would not reach its other side
    ON p.indicator_id = c.indicator_id AND p.measure = c.measure AND p.ref_area = c.ref_area
    AND p.breakdown = c.breakdown AND p.period_end = c.period_end AND p.flow_start IS NOT DISTINCT FROM c.flow_start
    AND p.lag = 'P1Y'
WHERE p.published_id IS NULL
