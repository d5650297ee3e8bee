SELECT unit_id, name_zh, name_en FROM units ORDER BY unit_id
