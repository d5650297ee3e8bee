-- How do two areas compare at one time, or two times in one area: difference, ratio, share, and is it more than rounding?
-- One row for each ordered pair of current figures of one indicator and breakdown: another area over the same period, or
-- another period of the same length in the same area. The difference is b less a, the ratio b over a, the share that of a in
-- b in per cent, where a lies in b. `beyond_rounding` is true where no value satisfies both prints.
WITH figures AS NOT MATERIALIZED (
    SELECT c.*, CASE WHEN c.at_day THEN 'P0D' ELSE span(c.period_start, c.period_end) END AS span
    FROM current c),
pairs AS NOT MATERIALIZED (  -- a branch for each kind of pair: one join for both would try all pairs of an indicator
    SELECT 'periods' AS across, a.*, b.ref_area AS area_b, b.time_period AS period_b, b.obs_value AS value_b, b.lower AS lower_b,
        b.upper AS upper_b, b.as_printed AS printed_b, b.observation_id AS id_b
    FROM figures a JOIN figures b ON b.indicator_id = a.indicator_id AND b.breakdown = a.breakdown AND b.span = a.span
        AND b.ref_area = a.ref_area AND b.observation_id <> a.observation_id
    UNION ALL
    SELECT 'areas', a.*, b.ref_area, b.time_period, b.obs_value, b.lower, b.upper, b.as_printed, b.observation_id
    FROM figures a JOIN figures b ON b.indicator_id = a.indicator_id AND b.breakdown = a.breakdown AND b.span = a.span
        AND b.period_end = a.period_end AND b.ref_area <> a.ref_area AND (a.at_day OR b.period_start = a.period_start))
SELECT p.indicator_id, p.breakdown, p.across, p.span, p.ref_area AS area_a, p.area_b, p.time_period AS period_a, p.period_b,
    p.unit_id, p.obs_value AS value_a, p.value_b,
    p.value_b - p.obs_value AS difference, d.lower AS difference_lower, d.upper AS difference_upper,
    p.value_b / nullif(p.obs_value, 0) AS ratio, r.lower AS ratio_lower, r.upper AS ratio_upper,
    s.obs_value AS share, s.lower AS share_lower, s.upper AS share_upper,
    NOT iv_overlaps(iv(p.lower, p.upper), iv(p.lower_b, p.upper_b)) AS beyond_rounding,
    p.as_printed AS printed_a, p.printed_b, p.observation_id AS id_a, p.id_b
FROM (SELECT *, iv_sub(iv(lower_b, upper_b), iv(lower, upper)) AS d, iv_div(iv(lower_b, upper_b), iv(lower, upper)) AS r
      FROM pairs) p
LEFT JOIN shares s ON s.indicator_id = p.indicator_id AND s.ref_area = p.ref_area AND s.part_id = p.observation_id
    AND s.whole_id = p.id_b
