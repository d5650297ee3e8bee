-- What did each check of figures against each other look at, and which of it offends?
-- A rule that compared nothing is idle; so is one that says it waits for figures and has found some.
WITH rules AS (
    SELECT kind, 'parts' AS list, min(concat_ws(' ', 'parts', whole, part, along, codes)) AS rule, whole AS subject,
        false AS waiting
    FROM parts WHERE kind IN ('sum', 'shares') GROUP BY kind, whole, along, codes, set_id
    UNION ALL
    SELECT kind, 'parts', concat_ws(' ', 'parts', whole, part, along, codes), whole || ' ' || part, false FROM parts
    WHERE kind NOT IN ('sum', 'shares')
    UNION ALL
    SELECT kind, 'published_rules', concat_ws(' ', 'published_rules', published, kind), published, coalesce(waiting, false)
    FROM published_rules),
judged AS MATERIALIZED (FROM reconciliations),
seen AS (
    SELECT kind, rule, count(*) AS claims, count(*) FILTER (agrees IS NOT NULL AND (complete OR kind <> 'sum')) AS compared
    FROM judged GROUP BY kind, rule)
SELECT r.kind, r.observation_id, r.rule, r.indicator_id AS subject,
    CASE WHEN r.rule LIKE 'parts % ref_area' AND r.kind = 'subset' THEN concat(r.computed_print, ' of ', r.claimed_print)
         WHEN r.kind = 'cumulation' THEN concat(r.computed_print, ' within ', r.claimed_print)
         ELSE concat(r.claimed_print, CASE r.kind WHEN 'subset' THEN ' of ' WHEN 'addition' THEN ' after an addition of '
             ELSE ' against ' END, r.computed_print) END AS seen,
    NULL AS idle_hint, false AS idle, NOT r.agrees AND r.reason IS NULL AS offends, r.figures
FROM judged r WHERE r.agrees IS NOT NULL
UNION ALL
SELECT u.kind, NULL, u.rule, u.subject,
    CASE WHEN s.claims IS NULL THEN 'no figures' WHEN u.waiting THEN 'it waits for figures that are there'
         ELSE 'nothing to compare with' END,
    CASE WHEN u.waiting AND s.claims IS NOT NULL THEN 'take `waiting` away: the rule has figures to compare with now'
         ELSE 'key the missing figures, or take the rule away' END, true, true, NULL
FROM rules u LEFT JOIN seen s USING (kind, rule)
WHERE s.claims IS NULL OR (s.compared > 0) = u.waiting
