-- Where several sources state one fact, which figure counts? The most official source's, then the latest.
-- Stocks are one fact where they end on one day; all else needs the same first day too.
SELECT f.*
FROM facts f JOIN sources s USING (source_id)
QUALIFY row_number() OVER (
    PARTITION BY f.indicator_id, f.ref_area, f.breakdown, f.period_end, CASE WHEN NOT f.at_day THEN f.period_start END
    ORDER BY s.rank, s.known_from DESC NULLS LAST, f.source_id, f.observation_id) = 1
