-- Are the figures of one indicator in more than one unit?
-- needs: FROM observations
SELECT min(observation_id) AS observation_id, NULL::VARCHAR AS rule, indicator_id AS subject,
    string_agg(DISTINCT unit_id, ', ' ORDER BY unit_id) AS seen, 'one unit' AS expected,
    'give the other concept an indicator of its own' AS hint,
    false AS idle, count(DISTINCT unit_id) > 1 AS offends, NULL::VARCHAR AS kind, NULL::VARCHAR[] AS figures
FROM observations
GROUP BY indicator_id
