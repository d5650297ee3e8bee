-- Where several sources state one fact, which figure counts? The most official source's, then the latest.
SELECT * EXCLUDE (source_kind, rank, known_from, flow_start, span, place, editions) FROM statements WHERE place = 1
