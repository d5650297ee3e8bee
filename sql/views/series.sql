-- How does an indicator develop in an area, with bounds, and where are the gaps?
-- One series holds values of one length (`span`): stocks at a day (P0D), or flows over P1M, P3M, P12M …, never a quarter beside
-- a year. A gap is a row without value between the first and the last figure: a period for which there is none, for stocks a
-- year. Periods that do not fill the year evenly (P9M) come once a year, those of days have no gaps. Nothing is added up.
WITH figures AS NOT MATERIALIZED (
    SELECT c.*, CASE WHEN c.at_day THEN 'P0D' ELSE span(c.period_start, c.period_end) END AS span,
        CASE WHEN c.at_day THEN date_trunc('year', c.period_end)::DATE ELSE c.period_start END AS slot_start
    FROM current c),
lines AS (  -- one row a series: from its first slot to its last, so many months apart, and the slots that are filled
    SELECT indicator_id, ref_area, breakdown, span, min(slot_start) AS first_start, max(slot_start) AS last_start,
        CASE WHEN span = 'P0D' THEN 12 WHEN ends_with(span, 'D') THEN NULL
             WHEN 12 % span_number(span) = 0 OR span_number(span) % 12 = 0 THEN span_number(span) ELSE 12 END AS step,
        list(slot_start) AS filled
    FROM figures GROUP BY ALL),
gaps AS (
    SELECT *, (start + to_months(CASE WHEN span = 'P0D' THEN 12 ELSE span_number(span) END) - INTERVAL 1 DAY)::DATE AS stop
    FROM (SELECT *, unnest(list_filter(generate_series(first_start, last_start, to_months(step)), lambda slot:
              len(list_filter(filled, lambda day: day >= slot AND day < slot + to_months(step))) = 0))::DATE AS start
          FROM lines WHERE step IS NOT NULL))
SELECT indicator_id, ref_area, breakdown, span, time_period, period_start, period_end, obs_value, lower, upper, unit_id,
    as_printed, source_id, observation_id, false AS is_gap
FROM figures
UNION ALL
SELECT indicator_id, ref_area, breakdown, span,
    CASE WHEN span IN ('P0D', 'P12M') AND month(start) = 1 THEN year(start)::VARCHAR
         WHEN span = 'P6M' AND month(start) IN (1, 7) THEN year(start) || '-S' || (1 + month(start) // 7)
         WHEN span = 'P3M' AND month(start) % 3 = 1 THEN year(start) || '-Q' || quarter(start)
         WHEN span = 'P1M' THEN strftime(start, '%Y-%m') ELSE start || '/' || span END,
    start, stop, NULL, NULL, NULL, i.unit_id, NULL, NULL, NULL, true
FROM gaps JOIN indicators i USING (indicator_id)
