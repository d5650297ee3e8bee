-- Which facts do several sources state, in which order did they appear, and by how much does each differ from the one before?
-- Undated sources come first, as nothing is known of their day. The change has bounds; where these do not hold 0, no value
-- satisfies both prints (`agrees` is false), and `reason` says why if that is known.
WITH told AS (
    SELECT s.*, lag(s.observation_id) OVER history AS before, s.obs_value - lag(s.obs_value) OVER history AS change,
        iv(s.lower, s.upper) AS now, iv(lag(s.lower) OVER history, lag(s.upper) OVER history) AS earlier_print
    FROM statements s
    WINDOW fact AS (PARTITION BY s.indicator_id, s.ref_area, s.breakdown, s.period_end, s.flow_start),
        history AS (PARTITION BY s.indicator_id, s.ref_area, s.breakdown, s.period_end, s.flow_start
                    ORDER BY s.known_from NULLS FIRST, s.place DESC)
    QUALIFY count(*) OVER fact > 1)
SELECT t.indicator_id, t.ref_area, t.breakdown, t.time_period, t.source_id, t.observation_id, t.known_from, t.source_kind,
    t.rank, t.place = 1 AS is_current, t.as_printed, t.obs_value, t.lower, t.upper, t.unit_id, t.before, t.change,
    CASE WHEN t.before IS NOT NULL THEN c.difference.lower END AS change_lower,
    CASE WHEN t.before IS NOT NULL THEN c.difference.upper END AS change_upper,
    CASE WHEN t.before IS NOT NULL THEN iv_overlaps(t.now, t.earlier_print) END AS agrees,
    (SELECT any_value(k.reason) FROM known_contradictions k
     WHERE k.kind = 'statement' AND t.before IS NOT NULL AND list_has_all(string_split(k.figures, '|'), [t.observation_id, t.before])) AS reason
FROM told t CROSS JOIN LATERAL (SELECT iv_sub(t.now, t.earlier_print) AS difference) c
