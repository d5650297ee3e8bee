-- How many numerals of a text are no figures, and why?
SELECT source_id, reason, count(*) AS entries FROM passed_over GROUP BY ALL ORDER BY ALL
