SELECT dimension, code, name_zh, name_en FROM dimensions ORDER BY ALL
