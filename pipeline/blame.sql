-- Which contradictions are there, and what is known of the figures that each concerns? One row a contradiction.
-- broken: in how many contradictions a figure is; agreeing: in how many comparisons of both sides it agrees; source_broken: in
-- how many contradictions its source is; elsewhere: another period for which its value is printed.
WITH cases AS (FROM reconciliations WHERE NOT agrees AND reason IS NULL),
members AS (
    SELECT kind, figures, unnest(CASE WHEN list_contains(list_transform(terms, lambda t: t.observation_id), observation_id)
        THEN terms ELSE list_prepend({'observation_id': observation_id, 'role': 'claim'}, terms) END) AS term
    FROM cases),
record AS (
    SELECT figure, count(*) FILTER (NOT agrees) AS broken, count(*) FILTER (two_sided AND agrees) AS agreeing
    FROM (SELECT unnest(figures) AS figure, agrees,
              complete AND kind NOT IN ('subset', 'addition', 'cumulation') AS two_sided
          FROM reconciliations WHERE reason IS NULL)
    GROUP BY figure),
sources_record AS (
    SELECT o.source_id, count(*) AS broken FROM (SELECT unnest(figures) AS observation_id FROM cases)
    JOIN observations o USING (observation_id) GROUP BY o.source_id),
suspects AS (
    SELECT m.kind, m.figures, list({'role': m.term.role, 'observation_id': f.observation_id, 'as_printed': f.as_printed,
        'indicator_id': f.indicator_id, 'ref_area': f.ref_area, 'time_period': f.time_period, 'breakdown': f.breakdown,
        'number': f.number, 'multiplier': f.multiplier, 'qualifier': f.qualifier, 'obs_value': f.obs_value,
        'lower': f.lower, 'upper': f.upper, 'rank': f.rank, 'source_kind': f.source_kind, 'countable': u.countable,
        'nature': i.nature, 'broken': a.broken, 'agreeing': a.agreeing, 'source_broken': s.broken,
        'elsewhere': (SELECT min(o.time_period) FROM statements o
            WHERE o.indicator_id = f.indicator_id AND o.ref_area = f.ref_area AND o.breakdown = f.breakdown
                AND o.obs_value = f.obs_value AND o.period_end <> f.period_end)}
        ORDER BY m.term.role = 'claim' DESC, f.observation_id) AS suspects
    FROM members m JOIN statements f ON f.observation_id = m.term.observation_id
    JOIN indicators i USING (indicator_id) JOIN units u ON u.unit_id = f.unit_id
    JOIN record a ON a.figure = f.observation_id JOIN sources_record s ON s.source_id = f.source_id
    GROUP BY m.kind, m.figures)
SELECT c.kind, c.figures, c.scale, {'lower': c.residual_lower, 'upper': c.residual_upper} AS residual, {'lower': c.claimed_lower, 'upper': c.claimed_upper} AS claimed,
    {'lower': c.computed_lower, 'upper': c.computed_upper} AS computed, s.suspects
FROM cases c JOIN suspects s USING (kind, figures)
