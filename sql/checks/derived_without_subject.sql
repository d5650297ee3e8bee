-- Is there a derived value whose rule finds no figures to work on?
-- needs: FROM derived_rules
SELECT NULL::VARCHAR AS observation_id, 'derived_rules ' || r.derived_id AS rule, r.derived_id AS subject, r.formula AS seen,
    'figures of one area and period for both operands' AS expected,
    'key the missing figure, or take the rule away' AS hint,
    d.derived_id IS NULL AS idle, d.derived_id IS NULL AS offends, NULL::VARCHAR AS kind, NULL::VARCHAR[] AS figures
FROM derived_rules r LEFT JOIN (SELECT DISTINCT derived_id FROM derived) d USING (derived_id)
