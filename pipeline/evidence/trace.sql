-- What does the dataset hold on one figure ($1), and what uses it? One row, of structs and lists of structs.
WITH this AS (FROM facts WHERE observation_id = $1)
SELECT f AS figure, i AS indicator, a AS area, u AS unit, s AS source,
    (SELECT coalesce(list(d ORDER BY d.dimension), []) FROM dimensions d
     WHERE list_contains(string_split(f.breakdown, ', '), d.dimension || '=' || d.code)) AS breakdown,
    f.observation_id IN (SELECT observation_id FROM current) AS is_current,
    (SELECT list(DISTINCT 'derived_rules ' || derived_id) FROM derived WHERE list_contains(inputs, $1)) AS rules,
    (SELECT coalesce(list(p ORDER BY p), []) FROM parts p WHERE f.indicator_id IN (p.whole, p.part)) AS parts,
    (SELECT coalesce(list(v ORDER BY v.derived_id, v.period_start), []) FROM (
        SELECT d.*, r.note, n AS unit, (
            SELECT list(o ORDER BY o.observation_id) FROM (
                SELECT observation_id, indicator_id, as_printed, obs_value, lower, upper FROM observations) o
            WHERE list_contains(d.inputs, o.observation_id) AND o.observation_id <> $1) AS others
        FROM derived d JOIN derived_rules r USING (derived_id) JOIN units n ON n.unit_id = d.unit_id
        WHERE list_contains(d.inputs, $1)) v) AS derived,
    (SELECT coalesce(list(t ORDER BY t.action_id), []) FROM actions t
     WHERE t.source_id = f.source_id
        AND list_contains(string_split(t.figure_nos, '|'), split_part($1, ':', -1))) AS actions,
    (SELECT coalesce(list(o ORDER BY o.rank, o.observation_id), []) FROM (
        SELECT m.*, q.title_zh, q.rank, m.observation_id IN (SELECT observation_id FROM current) AS is_current
        FROM facts m JOIN sources q USING (source_id)) o
     WHERE o.observation_id <> $1 AND o.indicator_id = f.indicator_id AND o.ref_area = f.ref_area
        AND o.breakdown = f.breakdown AND o.period_end = f.period_end
        AND (f.at_day OR o.period_start = f.period_start)) AS same_fact
FROM this f JOIN indicators i USING (indicator_id) JOIN units u ON u.unit_id = f.unit_id
JOIN areas a ON a.code = f.ref_area JOIN sources s USING (source_id)
