-- How much is that for 10 000 residents, of which population?
SELECT observation_id, obs_value, lower, upper, population_id FROM per_capita ORDER BY observation_id
