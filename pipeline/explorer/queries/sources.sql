-- Where figures come from, the one with most actions and figures first: it is what the overview opens with.
SELECT source_id, title_zh, publisher, published_on, url, kind, rank, ref_area, time_period, text_sha256 IS NOT NULL AS has_text, note
FROM sources s
ORDER BY (SELECT count(*) FROM actions a WHERE a.source_id = s.source_id) DESC,
    (SELECT count(*) FROM observations o WHERE o.source_id = s.source_id) DESC, source_id
