-- Where does a figure come from: which source, which paragraph, which characters, and has a machine compared them?
SELECT f.observation_id, f.indicator_id, f.ref_area, f.time_period, f.obs_value, f.lower, f.upper, f.unit_id,
    f.as_printed, f.paragraph, f.char_start, f.char_end, f.evidence,
    s.source_id, s.title_zh, s.publisher, s.published_on, s.kind, s.rank, s.url, s.text_sha256, f.note
FROM facts f JOIN sources s USING (source_id)
