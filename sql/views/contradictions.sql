-- Which figures of the sources contradict each other, by how much, and why, if that is known?
-- A build refuses those without a reason, so a published dataset shows the known ones only.
SELECT r.kind, r.indicator_id, r.ref_area, r.breakdown, r.time_period, r.claimed_print, r.computed_print,
    r.claimed_lower, r.claimed_upper, r.computed_lower, r.computed_upper, r.residual_lower, r.residual_upper, r.figures, r.reason
FROM reconciliations r WHERE NOT r.agrees
