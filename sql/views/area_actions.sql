-- What does each area do: which actions, on which theme, how far along?
SELECT a.ref_area, r.name_zh AS area_zh, r.name_en AS area_en, r.level, t.theme_id, t.name_en AS theme, a.status,
    a.title_zh, a.title_en, a.due, a.source_id, a.paragraph, a.action_id
FROM actions a JOIN areas r ON r.code = a.ref_area JOIN themes t USING (theme_id)
ORDER BY a.ref_area, t.theme_id, a.action_id
