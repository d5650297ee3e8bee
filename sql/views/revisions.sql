-- Which facts do several sources state, in which order did they appear, and by how much does each differ from the one before?
-- Undated sources come first, as nothing is known of their day. `change` has bounds; where it does not hold 0, no value
-- satisfies both prints (`agrees` is false), and `reason` says why if that is known.
SELECT s.indicator_id, s.ref_area, s.breakdown, s.time_period, s.source_id, s.observation_id, s.known_from, s.source_kind,
    s.rank, s.place = 1 AS is_current, s.as_printed, s.obs_value, s.lower, s.upper, s.unit_id,
    lag(s.observation_id) OVER history AS before, s.obs_value - lag(s.obs_value) OVER history AS difference,
    CASE WHEN before IS NOT NULL THEN
        iv_sub(iv(s.lower, s.upper), iv(lag(s.lower) OVER history, lag(s.upper) OVER history)) END AS change,
    CASE WHEN before IS NOT NULL THEN
        iv_overlaps(iv(s.lower, s.upper), iv(lag(s.lower) OVER history, lag(s.upper) OVER history)) END AS agrees,
    (SELECT any_value(k.reason) FROM known_contradictions k
     WHERE k.kind = 'statement' AND list_contains(string_split(k.figures, '|'), s.observation_id)) AS reason
FROM statements s
WINDOW fact AS (PARTITION BY s.indicator_id, s.ref_area, s.breakdown, s.period_end, s.flow_start),
    history AS (PARTITION BY s.indicator_id, s.ref_area, s.breakdown, s.period_end, s.flow_start
                ORDER BY s.known_from NULLS FIRST, s.place DESC)
QUALIFY count(*) OVER fact > 1
