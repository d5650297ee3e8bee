-- What do the bulletins say about each theme: how many indicators, figures and actions, and which figures?
SELECT t.theme_id, t.name_zh, t.name_en,
    count(DISTINCT f.indicator_id) AS indicators,
    count(f.observation_id) AS figures,
    (SELECT count(*) FROM actions a WHERE a.theme_id = t.theme_id) AS actions,
    min(f.period_start) AS first_day, max(f.period_end) AS last_day,
    list({'indicator': i.name_en, 'area': f.ref_area, 'period': f.time_period, 'printed': f.as_printed}
         ORDER BY f.observation_id) FILTER (f.observation_id IS NOT NULL) AS printed
FROM themes t
LEFT JOIN indicators i USING (theme_id)
LEFT JOIN facts f USING (indicator_id)
GROUP BY t.theme_id, t.name_zh, t.name_en
