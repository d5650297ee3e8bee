-- Periods within a series for which there is no figure: the line breaks there.
SELECT indicator_id, ref_area, breakdown, span, time_period, period_end FROM series WHERE is_gap ORDER BY ALL
