-- What share has an area in the area it lies in: Jiangsu in the nation, Nanjing in Jiangsu and in the nation?
-- Only for what can be counted together (stocks and flows), in the same breakdown, over the same period: stocks on one day.
-- Each whole holds its part, so a share ends at 100 per cent, but where the print itself says otherwise.
WITH RECURSIVE within(code, whole) AS (
    SELECT code, parent FROM areas WHERE parent IS NOT NULL
    UNION SELECT w.code, a.parent FROM within w JOIN areas a ON a.code = w.whole WHERE a.parent IS NOT NULL),
pairs AS (
    SELECT p.indicator_id, p.breakdown, p.ref_area, n.whole AS whole_area, p.time_period, p.period_end, p.unit_id,
        p.obs_value AS part_value, w.obs_value AS whole_value, 100 * p.obs_value / nullif(w.obs_value, 0) AS obs_value,
        iv_mul(iv_div(iv(p.lower, p.upper), iv(w.lower, w.upper)), iv(100, 100)) AS share,
        p.as_printed AS part_printed, w.as_printed AS whole_printed, p.observation_id AS part_id, w.observation_id AS whole_id
    FROM current p JOIN indicators i USING (indicator_id) JOIN within n ON n.code = p.ref_area
    JOIN current w ON w.indicator_id = p.indicator_id AND w.ref_area = n.whole AND w.breakdown = p.breakdown
        AND w.period_end = p.period_end AND (p.at_day OR w.period_start = p.period_start)
    WHERE i.nature IN ('stock', 'flow') AND i.minimum >= 0)
SELECT * EXCLUDE (share), greatest(share.lower, 0) AS lower,
    CASE WHEN share.lower > 100 THEN share.upper ELSE least(coalesce(share.upper, 100), 100) END AS upper,
    'percent of ' || unit_id AS unit
FROM pairs
