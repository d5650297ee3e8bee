-- Which rows of one check looked at the figure $1, which the rules $2 concern?
-- Those that name it; those of such a rule, at the figure's area, breakdown and period; and the one, if it is only one,
-- whose subject is its indicator.
WITH looked AS (SELECT *, count(*) OVER (PARTITION BY subject) = 1 AS alone FROM ({check}))
SELECT c.rule, c.subject, c.seen, c.expected, c.hint, NOT c.offends AS passed
FROM looked c JOIN facts f ON f.observation_id = $1 LEFT JOIN facts m ON m.observation_id = c.observation_id
WHERE c.observation_id = $1 OR (c.rule IS NULL AND c.subject = f.indicator_id AND c.alone)
    OR (list_contains($2, c.rule) AND (m.observation_id IS NULL OR (
        m.ref_area = f.ref_area AND m.breakdown = f.breakdown AND m.period_end = f.period_end
        AND (m.at_day OR f.at_day OR m.period_start = f.period_start))))
ORDER BY ALL
