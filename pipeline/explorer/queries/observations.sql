-- Every figure, as the table lists it; names are looked up in the code lists.
SELECT observation_id, source_id, indicator_id, ref_area, time_period, period_start, period_end, at_day, span, breakdown,
    obs_value, lower, upper, qualifier, as_printed, paragraph, char_start, char_end, evidence, obs_status, note,
    place = 1 AS is_current
FROM statements
ORDER BY indicator_id, ref_area, period_start, period_end, breakdown, source_id, observation_id
