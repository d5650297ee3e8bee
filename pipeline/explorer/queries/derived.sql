-- What follows from the figures, with the formula and the figures that went in.
SELECT derived_id, name_zh, name_en, ref_area, breakdown, time_period, period_end, obs_value, lower, upper, unit_id, formula, scale, inputs
FROM derived ORDER BY derived_id, ref_area, breakdown, period_end DESC, time_period, inputs
