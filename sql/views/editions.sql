-- Which statements are one of several of a fact, at which place among them, and how many are there?
-- First by hash, which is quick, then by the fact itself. Without it, every question would have to look at all statements.
-- stored
WITH hashed AS (
    SELECT observation_id, hash(indicator_id, ref_area, breakdown, period_end, CASE WHEN NOT at_day THEN period_start END) AS fact
    FROM facts),
alike AS (SELECT observation_id FROM hashed SEMI JOIN (SELECT fact FROM hashed GROUP BY fact HAVING count(*) > 1) USING (fact))
SELECT f.indicator_id, f.ref_area, f.observation_id, row_number() OVER fact AS place,
    count(*) OVER (fact ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS editions
FROM facts f SEMI JOIN alike USING (observation_id) JOIN sources s USING (source_id)
WINDOW fact AS (
    PARTITION BY f.indicator_id, f.ref_area, f.breakdown, f.period_end, CASE WHEN NOT f.at_day THEN f.period_start END
    ORDER BY s.rank, s.known_from DESC NULLS LAST, f.source_id, f.observation_id)
QUALIFY editions > 1
ORDER BY f.indicator_id, f.ref_area, f.observation_id
