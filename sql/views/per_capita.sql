-- How much is it for 10 000 residents? Population has its own source and period, which stand beside.
-- The population is that of the same area and breakdown at the last day of the figure's period, else the latest before it,
-- at most a year older. `unit` says what is counted: person-times and couples are not persons.
SELECT c.indicator_id, c.ref_area, c.breakdown, c.time_period, c.period_end, c.obs_value AS figure_value,
    10000 * c.obs_value / p.obs_value AS obs_value, r.rate.lower AS lower, r.rate.upper AS upper,
    u.name_en || ' per 10 000 residents'
        || CASE WHEN u.dimension = 'person_time' THEN ': times, not persons; one resident may count several times' ELSE ''
        END AS unit,
    c.as_printed, c.observation_id, p.as_printed AS population_printed, p.time_period AS population_period,
    p.source_id AS population_source, p.observation_id AS population_id
FROM (SELECT f.* FROM current f JOIN indicators i USING (indicator_id)
      WHERE i.nature IN ('stock', 'flow') AND i.theme_id <> 'population') c
ASOF JOIN (SELECT * FROM current WHERE indicator_id = 'population') p
    ON p.ref_area = c.ref_area AND p.breakdown = c.breakdown AND c.period_end >= p.period_end
JOIN units u ON u.unit_id = c.unit_id
CROSS JOIN LATERAL (SELECT iv_mul(iv_div(iv(c.lower, c.upper), iv(p.lower, p.upper)), iv(10000, 10000)) AS rate) r
WHERE p.period_end > c.period_end - INTERVAL 1 YEAR - INTERVAL 1 DAY
