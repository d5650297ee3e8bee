-- Which sources state a fact, and which statement counts? The most official source's, then the latest: its place is 1, of so
-- many `editions`.
-- One fact: an indicator, an area, a breakdown and a period; stocks are one fact where they end on one day. `span` is the
-- length of the period, P0D for what holds at a day.
SELECT f.*, s.kind AS source_kind, s.rank, s.known_from,
    CASE WHEN NOT f.at_day THEN f.period_start END AS flow_start,
    CASE WHEN f.at_day THEN 'P0D' ELSE span(f.period_start, f.period_end) END AS span,
    row_number() OVER fact AS place,
    count(*) OVER (fact ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS editions
FROM facts f JOIN sources s USING (source_id)
WINDOW fact AS (
    PARTITION BY f.indicator_id, f.ref_area, f.breakdown, f.period_end, CASE WHEN NOT f.at_day THEN f.period_start END
    ORDER BY s.rank, s.known_from DESC NULLS LAST, f.source_id, f.observation_id)
