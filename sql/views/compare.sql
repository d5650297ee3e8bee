-- How do two areas compare at one time, or two times in one area: difference, ratio, share, and is it more than rounding?
-- One row for each ordered pair of current figures of one indicator and breakdown: another area over the same period, or
-- another period of the same length in the same area. The difference is b less a, the ratio b over a, the share that of a in
-- b in per cent, where a lies in b. `beyond_rounding` is true where no value satisfies both prints.
WITH figures AS NOT MATERIALIZED (
    SELECT c.*, CASE WHEN c.at_day THEN 'P0D' ELSE span(c.period_start, c.period_end) END AS span
    FROM current c),
pairs AS NOT MATERIALIZED (
    SELECT a.indicator_id, a.breakdown, CASE WHEN a.ref_area = b.ref_area THEN 'periods' ELSE 'areas' END AS across, a.span,
        a.ref_area AS area_a, b.ref_area AS area_b, a.time_period AS period_a, b.time_period AS period_b, a.unit_id,
        a.obs_value AS value_a, b.obs_value AS value_b, b.obs_value - a.obs_value AS difference,
        b.obs_value / nullif(a.obs_value, 0) AS ratio, iv(a.lower, a.upper) AS iva, iv(b.lower, b.upper) AS ivb,
        a.as_printed AS printed_a, b.as_printed AS printed_b, a.observation_id AS id_a, b.observation_id AS id_b
    FROM figures a JOIN figures b ON b.indicator_id = a.indicator_id AND b.breakdown = a.breakdown
        AND b.span = a.span AND b.observation_id <> a.observation_id
        AND (b.ref_area = a.ref_area OR (b.period_end = a.period_end AND (a.at_day OR b.period_start = a.period_start))))
SELECT p.* EXCLUDE (iva, ivb, d, r, printed_a, printed_b, id_a, id_b, difference, ratio),
    p.difference, d.lower AS difference_lower, d.upper AS difference_upper,
    p.ratio, r.lower AS ratio_lower, r.upper AS ratio_upper,
    s.obs_value AS share, s.lower AS share_lower, s.upper AS share_upper,
    NOT iv_overlaps(iva, ivb) AS beyond_rounding, p.printed_a, p.printed_b, p.id_a, p.id_b
FROM (SELECT *, iv_sub(ivb, iva) AS d, iv_div(ivb, iva) AS r FROM pairs) p
LEFT JOIN shares s ON s.indicator_id = p.indicator_id AND s.ref_area = p.area_a AND s.part_id = p.id_a AND s.whole_id = p.id_b
