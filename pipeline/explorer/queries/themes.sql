SELECT theme_id, name_zh, name_en FROM themes ORDER BY theme_id
