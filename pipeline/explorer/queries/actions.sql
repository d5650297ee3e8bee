-- What was done or promised, where, and the printed target of a promise.
SELECT a.action_id, a.source_id, a.ref_area, a.theme_id, a.status, a.title_zh, a.title_en, a.due, c.due_end,
    c.target_printed, a.paragraph
FROM area_actions a LEFT JOIN commitments c USING (action_id)
ORDER BY c.due_end NULLS LAST, a.ref_area, a.theme_id, a.action_id
