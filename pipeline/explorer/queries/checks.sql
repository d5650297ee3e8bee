-- What is printed against what the other figures allow.
-- `room` is how far the middles of the two intervals may lie apart before no value fits both: half of both widths.
SELECT kind, indicator_id, ref_area, breakdown, time_period, observation_id, claimed_print, computed_print, claimed_lower,
    claimed_upper, computed_lower, computed_upper, agrees, reason, figures, complete,
    (claimed_upper - claimed_lower + computed_upper - computed_lower) / 2 AS room
FROM reconciliations WHERE agrees IS NOT NULL
ORDER BY agrees, kind, indicator_id, ref_area, time_period, breakdown, observation_id, computed_print, computed_lower
