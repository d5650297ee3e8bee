SELECT code, name_zh, name_en, level, parent FROM areas ORDER BY code
