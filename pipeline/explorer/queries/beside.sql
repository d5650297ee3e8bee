-- How does a figure stand beside the nearest in time of each area that its own lies in?
-- The share is that of the view shares where both are of one day or period; else the two are only put side by side.
WITH RECURSIVE within(code, whole) AS (
    SELECT code, parent FROM areas WHERE parent IS NOT NULL
    UNION SELECT w.code, a.parent FROM within w JOIN areas a ON a.code = w.whole WHERE a.parent IS NOT NULL),
counted AS (FROM statements WHERE place = 1 AND obs_value IS NOT NULL)
SELECT p.observation_id, w.observation_id AS whole_id, w.period_end - p.period_end AS days_apart,
    s.obs_value AS share, s.lower AS share_lower, s.upper AS share_upper
FROM counted p JOIN within n ON n.code = p.ref_area
JOIN counted w ON w.indicator_id = p.indicator_id AND w.breakdown = p.breakdown AND w.ref_area = n.whole AND w.span = p.span
    AND abs(w.period_end - p.period_end) <= 366
LEFT JOIN shares s ON s.part_id = p.observation_id AND s.whole_id = w.observation_id
QUALIFY row_number() OVER (PARTITION BY p.observation_id, n.whole ORDER BY abs(w.period_end - p.period_end), w.period_end) = 1
ORDER BY p.observation_id, whole_id
