-- Periods within a series for which there is no figure: the line breaks there. The first of several in a row is enough.
SELECT indicator_id, ref_area, breakdown, span, span = 'P0D' AS at_day, period_start, period_end
FROM series
QUALIFY is_gap AND NOT lag(is_gap) OVER (PARTITION BY indicator_id, ref_area, breakdown, span ORDER BY period_start, period_end)
ORDER BY ALL
