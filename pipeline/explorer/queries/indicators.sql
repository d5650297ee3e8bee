-- What is counted, by theme.
SELECT indicator_id, name_zh, name_en, theme_id, nature, unit_id, definition, definition_zh, definition_source
FROM indicators ORDER BY theme_id, indicator_id
