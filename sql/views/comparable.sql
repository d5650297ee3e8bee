-- Which statements does a rule compare: those of its indicators, counts over periods, or one of several of a fact?
-- By area, as most of what is compared lies in one: so only a part of these is looked at for a part of the claims.
-- stored meanwhile
SELECT w.observation_id, w.indicator_id, w.ref_area, w.breakdown, w.time_period, w.period_start, w.period_end, w.flow_start,
    w.span, w.at_day, w.place, w.editions, w.source_id, w.as_printed, w.lower, w.upper
FROM statements w WHERE w.editions > 1 OR w.indicator_id IN (
    SELECT indicator_id FROM indicators WHERE nature = 'flow' AND minimum >= 0
    UNION ALL SELECT unnest([whole, part]) FROM parts
    UNION ALL SELECT unnest([published, left_id, right_id]) FROM published_rules)
ORDER BY w.ref_area
