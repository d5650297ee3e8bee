-- Which comparisons concern a figure that stands in a contradiction, and what is known of each figure in them?
-- Those that agree tell what a figure must remain; statements of one fact that agree do not, as one may be a copy of the other.
-- agreeing: in how many comparisons of both sides a figure agrees; source_broken: in how many contradictions its source is.
WITH comparisons AS MATERIALIZED (
    SELECT *, complete AND kind NOT IN ('subset', 'addition', 'cumulation') AS two_sided, row_number() OVER () AS comparison
    FROM reconciliations WHERE agrees IS NOT NULL AND reason IS NULL),
members AS MATERIALIZED (
    SELECT comparison, agrees, two_sided AND kind <> 'statement' AS tells, unnest(figures) AS figure FROM comparisons),
suspected AS MATERIALIZED (SELECT DISTINCT figure FROM members WHERE NOT agrees),
concerning AS MATERIALIZED (FROM members SEMI JOIN suspected USING (figure)),
sources_record AS (
    SELECT o.source_id, count(*) AS broken FROM members m JOIN observations o ON o.observation_id = m.figure
    WHERE NOT m.agrees GROUP BY o.source_id),
record AS (SELECT figure, count(*) FILTER (agrees AND tells) AS agreeing FROM concerning GROUP BY figure),
told AS (
    SELECT f.observation_id, f.as_printed, f.indicator_id, f.ref_area, f.time_period, f.breakdown, f.number, f.multiplier,
        f.qualifier, f.obs_value, f.lower, f.upper, f.rank, f.source_id, f.source_kind, f.known_from, u.countable, i.nature,
        i.minimum, r.agreeing, s.broken AS source_broken,
        (SELECT list({'time_period': o.time_period, 'value': o.obs_value}) FROM statements o
         WHERE o.indicator_id = f.indicator_id AND o.ref_area = f.ref_area AND o.breakdown = f.breakdown
            AND o.obs_value = f.obs_value AND o.period_end <> f.period_end AND o.span = f.span) AS elsewhere,
        (SELECT list({'observation_id': o.observation_id, 'value': o.obs_value, 'lower': o.lower, 'upper': o.upper})
         FROM statements o
         WHERE o.source_id = f.source_id AND o.unit_id = f.unit_id AND o.period_end = f.period_end
            AND o.ref_area = f.ref_area AND o.observation_id <> f.observation_id) AS beside
    FROM record r JOIN statements f ON f.observation_id = r.figure JOIN sources_record s ON s.source_id = f.source_id
    JOIN indicators i USING (indicator_id) JOIN units u ON u.unit_id = f.unit_id),
suspects AS (
    SELECT c.comparison, list(t ORDER BY t.observation_id = c.observation_id DESC, t.observation_id) AS suspects
    FROM comparisons c JOIN concerning m USING (comparison) JOIN told t ON t.observation_id = m.figure
    WHERE NOT m.agrees OR m.tells GROUP BY c.comparison)
SELECT c.kind, c.figures, c.agrees, c.two_sided, c.scale, {'lower': c.claimed_lower, 'upper': c.claimed_upper} AS claimed,
    {'lower': c.computed_lower, 'upper': c.computed_upper} AS computed,
    {'lower': c.residual_lower, 'upper': c.residual_upper} AS residual,
    c.observation_id AS claim, c.terms, s.suspects
FROM comparisons c JOIN suspects s USING (comparison)
ORDER BY c.kind, c.figures
