-- By how much did it change: as published, and as the levels give.
SELECT indicator_id, measure, ref_area, breakdown, time_period, period_end, lag, published_lower, published_upper, published_print,
    published_id, computed_lower, computed_upper, agrees, inputs
FROM growth ORDER BY indicator_id, ref_area, period_end DESC, breakdown, measure DESC, published_id, computed_lower, computed_upper
