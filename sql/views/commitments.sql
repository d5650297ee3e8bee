-- What has been promised, where, and by when? Those without a printed date come last.
SELECT a.ref_area, r.name_zh AS area_zh, r.name_en AS area_en, a.due, a.due_end, t.name_en AS theme,
    a.title_zh, a.title_en, f.as_printed AS target_printed, f.lower AS target_lower, f.upper AS target_upper,
    a.source_id, a.paragraph, a.action_id
FROM actions a
JOIN areas r ON r.code = a.ref_area
JOIN themes t USING (theme_id)
LEFT JOIN (SELECT * FROM facts WHERE indicator_id IN (SELECT indicator_id FROM indicators WHERE nature = 'target')) f
    ON f.source_id = a.source_id
    AND list_contains(string_split(a.figure_nos, '|'), split_part(f.observation_id, ':', 2))
WHERE a.status = 'planned'
ORDER BY a.due_end NULLS LAST, a.ref_area, a.action_id
