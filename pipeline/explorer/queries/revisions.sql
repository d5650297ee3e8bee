-- Where several sources state one fact: what each says, and by how much it differs from the one before.
SELECT indicator_id, ref_area, breakdown, time_period, observation_id, source_id, is_current, change_lower, change_upper, agrees, reason
FROM revisions ORDER BY indicator_id, ref_area, breakdown, time_period, known_from NULLS LAST, observation_id
