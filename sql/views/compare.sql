-- How do two areas compare at one time, or two times in one area: difference, ratio, share, and is it more than rounding?
-- One row for each ordered pair of current figures of one indicator and breakdown: another area over the same period, or
-- another period of the same length in the same area. `difference` is b less a, `ratio` b over a, `share` a as a percentage
-- of both together. `beyond_rounding` is true where no value satisfies both prints.
WITH figures AS (
    SELECT c.*, i.nature, i.minimum, CASE WHEN NOT c.at_day THEN date_diff('month', c.period_start, c.period_end + 1) END AS months
    FROM current c JOIN indicators i USING (indicator_id)),
pairs AS (
    SELECT a.indicator_id, a.breakdown, CASE WHEN a.ref_area = b.ref_area THEN 'periods' ELSE 'areas' END AS across, a.months,
        a.ref_area AS area_a, b.ref_area AS area_b, a.time_period AS period_a, b.time_period AS period_b, a.unit_id,
        a.obs_value AS value_a, b.obs_value AS value_b, b.obs_value - a.obs_value AS difference,
        b.obs_value / nullif(a.obs_value, 0) AS ratio, iv(a.lower, a.upper) AS iva, iv(b.lower, b.upper) AS ivb,
        a.nature IN ('stock', 'flow') AND a.minimum >= 0 AND a.ref_area <> b.ref_area AS has_share,
        a.as_printed AS printed_a, b.as_printed AS printed_b, a.observation_id AS id_a, b.observation_id AS id_b
    FROM figures a JOIN figures b ON b.indicator_id = a.indicator_id AND b.breakdown = a.breakdown
        AND b.months IS NOT DISTINCT FROM a.months AND b.observation_id <> a.observation_id
        AND (b.ref_area = a.ref_area OR (b.period_end = a.period_end AND (a.at_day OR b.period_start = a.period_start))))
SELECT p.* EXCLUDE (iva, ivb, has_share), iv_sub(ivb, iva) AS difference_bounds, iv_div(ivb, iva) AS ratio_bounds,
    CASE WHEN has_share THEN 100 * value_a / nullif(value_a + value_b, 0) END AS share,
    NOT iv_overlaps(iva, ivb) AS beyond_rounding
FROM pairs p
