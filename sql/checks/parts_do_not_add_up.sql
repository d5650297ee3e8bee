-- Do the parts of a whole add up to something else than the whole, whatever values the print allows?
-- The rules of kind sum that name one whole are one subject, for each area, period and breakdown that has all its figures.
-- needs: FROM parts WHERE kind = 'sum'
WITH wanted AS (
    SELECT whole, count(*) AS parts, min(part) AS first_part, bool_or(along IS NOT NULL) AS along FROM parts
    WHERE kind = 'sum' GROUP BY whole),
summed AS (
    SELECT whole.observation_id, rule.whole, count(*) AS parts, any_value(whole.as_printed) AS whole_printed,
        string_agg(part.as_printed, ' + ' ORDER BY part.observation_id) AS printed,
        any_value(iv(whole.lower, whole.upper)) AS bounds,
        iv(CASE WHEN count(part.lower) = count(*) THEN sum(part.lower) END,
           CASE WHEN count(part.upper) = count(*) THEN sum(part.upper) END) AS total
    FROM parts rule
    JOIN (SELECT * FROM current) whole ON whole.indicator_id = rule.whole
    JOIN (SELECT * FROM current) part ON part.indicator_id = rule.part AND part.ref_area = whole.ref_area
        AND part.breakdown = whole.breakdown AND part.period_end = whole.period_end
        AND (part.at_day OR whole.at_day OR part.period_start = whole.period_start)
    WHERE rule.kind = 'sum' AND rule.along IS NULL
    GROUP BY whole.observation_id, rule.whole)
SELECT s.observation_id, 'parts ' || w.whole || ' ' || w.first_part AS rule, w.whole AS subject,
    coalesce(s.printed || ' against ' || s.whole_printed, 'not all figures are there') AS seen,
    'parts that add up to the whole' AS expected,
    'a dropped digit, 万 for 亿, or a part that is missing?' AS hint,
    s.observation_id IS NULL AS idle, s.observation_id IS NULL OR NOT iv_overlaps(s.total, s.bounds) AS offends
FROM wanted w LEFT JOIN summed s ON s.whole = w.whole AND s.parts = w.parts
