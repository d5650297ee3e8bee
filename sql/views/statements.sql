-- Which sources state a fact, and which statement counts? The most official source's, then the latest: its place is 1, of so
-- many `editions`.
-- One fact: an indicator, an area, a breakdown and a period; stocks are one fact where they end on one day. `span` is the
-- length of the period, P0D for what holds at a day.
SELECT f.*, s.kind AS source_kind, s.rank, s.known_from,
    CASE WHEN NOT f.at_day THEN f.period_start END AS flow_start,
    CASE WHEN f.at_day THEN 'P0D' ELSE span(f.period_start, f.period_end) END AS span,
    coalesce(e.place, 1) AS place, coalesce(e.editions, 1) AS editions
FROM facts f JOIN sources s USING (source_id)
LEFT JOIN editions e ON e.indicator_id = f.indicator_id AND e.ref_area = f.ref_area AND e.observation_id = f.observation_id
