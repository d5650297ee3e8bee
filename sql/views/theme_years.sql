-- How many figures are there for each theme, indicator and year, in how many areas, and of which sources?
-- A year is the one in which a figure's period ends.
-- stored
SELECT i.theme_id, f.indicator_id, year(f.period_end) AS year, count(*) AS figures,
    count(DISTINCT f.ref_area) AS areas, count(DISTINCT f.source_id) AS sources,
    count(*) FILTER (f.evidence = 'verified') AS verified
FROM facts f JOIN indicators i USING (indicator_id)
GROUP BY i.theme_id, f.indicator_id, year(f.period_end)
ORDER BY i.theme_id, f.indicator_id, year
