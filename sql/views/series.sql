-- How does an indicator develop in an area, with bounds, and where are the gaps?
-- One series holds values of one length: stocks at a day, or flows over months of one number (`months`), never both and never
-- a quarter beside a year. A gap is a row without value: a period of that length, for stocks a year, between the first and
-- the last figure for which there is none. Values are the sources' own: nothing is added up over time.
WITH figures AS (
    SELECT c.*, CASE WHEN c.at_day THEN 0 ELSE date_diff('month', c.period_start, c.period_end + 1) END AS months,
        CASE WHEN c.at_day OR months % 12 = 0 THEN 12 ELSE greatest(months, 1) END AS step
    FROM current c),
spans AS (
    SELECT indicator_id, ref_area, breakdown, months, step, min(period_start) AS first_start, max(period_start) AS last_start
    FROM figures GROUP BY ALL),
expected AS (  -- the first day of each period that a series without gaps would have
    SELECT s.*, unnest(generate_series(CASE WHEN months = 0 THEN date_trunc('year', first_start) ELSE first_start END,
        last_start, to_months(step)))::DATE AS start
    FROM spans s),
gaps AS (
    SELECT e.* FROM expected e ANTI JOIN figures f ON f.indicator_id = e.indicator_id AND f.ref_area = e.ref_area
        AND f.breakdown = e.breakdown AND f.months = e.months
        AND f.period_start >= e.start AND f.period_start < e.start + to_months(e.step))
SELECT indicator_id, ref_area, breakdown, months, time_period, period_start, period_end, obs_value, lower, upper, unit_id,
    as_printed, source_id, observation_id, false AS is_gap
FROM figures
UNION ALL
SELECT indicator_id, ref_area, breakdown, months,
    year(start) || CASE WHEN step = 12 THEN '' WHEN step = 6 THEN '-S' || (1 + (month(start) - 1) // 6)
        WHEN step = 3 THEN '-Q' || quarter(start) ELSE strftime(start, '-%m') || CASE step WHEN 1 THEN '' ELSE '-01/P' || step || 'M' END
    END,
    start, (start + to_months(step) - INTERVAL 1 DAY)::DATE, NULL, NULL, NULL, i.unit_id, NULL, NULL, NULL, true
FROM gaps JOIN indicators i USING (indicator_id)
