-- Which rows of one check looked at the figure $1?
-- Those that name it, alone or among the figures they compare; those of a derived rule that is computed from it ($2); and the
-- one, if it is only one, whose subject is its indicator.
WITH looked AS (SELECT *, count(*) OVER (PARTITION BY subject) = 1 AS alone FROM ({check}))
SELECT c.rule, c.subject, c.seen, c.expected, c.hint, NOT c.offends AS passed
FROM looked c JOIN facts f ON f.observation_id = $1
WHERE c.observation_id = $1 OR list_contains(c.figures, $1) OR list_contains($2, c.rule)
    OR (c.rule IS NULL AND c.figures IS NULL AND c.subject = f.indicator_id AND c.alone)
ORDER BY ALL
