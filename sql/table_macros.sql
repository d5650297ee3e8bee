-- Table macros: questions with an argument, over tables and views.

-- What was known on a day? The figure that counted then for each fact: the most official source's, then the latest, of those
-- that had appeared. A source dated to a month counts from its last day. Figures of undated sources stand apart: is_dated is
-- false, and they replace no others.
CREATE OR REPLACE MACRO as_of(day) AS TABLE
    SELECT s.* EXCLUDE (flow_start, span, place), s.known_from IS NOT NULL AS is_dated
    FROM statements s
    WHERE s.known_from <= day::DATE OR s.known_from IS NULL
    QUALIFY s.known_from IS NULL OR row_number() OVER (
        PARTITION BY s.known_from IS NULL, s.indicator_id, s.ref_area, s.breakdown, s.period_end, s.flow_start ORDER BY s.place) = 1;

-- How do any two figures of one unit compare, whatever their areas and days? `days_apart` says how far the periods' ends are.
CREATE OR REPLACE MACRO compare_two(figure_a, figure_b) AS TABLE
    SELECT a.observation_id AS id_a, b.observation_id AS id_b, a.indicator_id AS indicator_a, b.indicator_id AS indicator_b,
        a.ref_area AS area_a, b.ref_area AS area_b, a.time_period AS period_a, b.time_period AS period_b,
        b.period_end - a.period_end AS days_apart, a.unit_id, a.as_printed AS printed_a, b.as_printed AS printed_b,
        b.obs_value - a.obs_value AS difference, d.lower AS difference_lower, d.upper AS difference_upper,
        b.obs_value / nullif(a.obs_value, 0) AS ratio, r.lower AS ratio_lower, r.upper AS ratio_upper,
        NOT iv_overlaps(iv(a.lower, a.upper), iv(b.lower, b.upper)) AS beyond_rounding
    FROM facts a JOIN facts b USING (unit_id)
    CROSS JOIN LATERAL (SELECT iv_sub(iv(b.lower, b.upper), iv(a.lower, a.upper)) AS d,
        iv_div(iv(b.lower, b.upper), iv(a.lower, a.upper)) AS r)
    WHERE a.observation_id = figure_a AND b.observation_id = figure_b;
