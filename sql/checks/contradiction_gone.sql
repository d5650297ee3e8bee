-- Is there a known contradiction of the sources that no longer exists?
-- needs: FROM known_contradictions
SELECT NULL::VARCHAR AS observation_id, concat_ws(' ', 'known_contradictions', k.kind, k.figures) AS rule, k.kind AS subject,
    k.figures AS seen, 'figures that contradict each other' AS expected,
    'take the entry away: the figures named agree now, or are not compared' AS hint,
    NOT coalesce(r.agrees = false, false) AS idle, NOT coalesce(r.agrees = false, false) AS offends, k.kind, NULL::VARCHAR[] AS figures
FROM known_contradictions k LEFT JOIN reconciliations r ON r.kind = k.kind AND r.reason IS NOT NULL
    AND r.figures = list_sort(string_split(k.figures, '|')) AND NOT r.agrees
