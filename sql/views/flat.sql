-- What does each figure say, with names in both languages beside the codes, for those who open nothing else?
SELECT f.observation_id, f.indicator_id, i.name_zh AS indicator_zh, i.name_en AS indicator_en, i.nature,
    f.ref_area, a.name_zh AS area_zh, a.name_en AS area_en, f.time_period, f.period_start, f.period_end,
    nullif(f.breakdown, '') AS breakdown, d.name_zh AS breakdown_zh, d.name_en AS breakdown_en, f.obs_value, f.lower, f.upper,
    f.unit_id, u.name_zh AS unit_zh, u.name_en AS unit_en, f.as_printed, f.qualifier, f.evidence, f.obs_status,
    f.source_id, s.title_zh AS source_title_zh, s.publisher, s.published_on, s.kind AS source_kind, s.rank, s.url,
    f.paragraph, f.char_start, f.char_end, f.note
FROM facts f JOIN indicators i USING (indicator_id) JOIN units u ON u.unit_id = f.unit_id
JOIN areas a ON a.code = f.ref_area JOIN sources s USING (source_id)
LEFT JOIN (
    SELECT c.breakdown, string_agg(n.name_zh, ', ' ORDER BY n.dimension) AS name_zh,
        string_agg(n.name_en, ', ' ORDER BY n.dimension) AS name_en
    FROM (SELECT DISTINCT breakdown FROM facts WHERE breakdown <> '') c
    JOIN dimensions n ON list_contains(string_split(c.breakdown, ', '), n.dimension || '=' || n.code)
    GROUP BY c.breakdown) d ON d.breakdown = f.breakdown
ORDER BY f.indicator_id, f.ref_area, f.period_start, f.period_end, f.breakdown, f.source_id, f.observation_id
