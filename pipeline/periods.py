"""Time periods in SDMX form: `2022`, `2022-S1`, `2022-Q2`, `2022-06`, `2022-06-30`, `2022-01-01/P9M`.

Start and last day are derived in SQL, for a sheet of any size; a period that names no real day gives NULL.
"""

PATTERN = r"^[12][0-9]{3}(-(S[12]|Q[1-4]|(0[1-9]|1[0-2])(-[0-3][0-9](/P[1-9][0-9]{0,2}[YMWD])?)?))?$"

MACROS = rf"""
CREATE OR REPLACE TEMP MACRO period_start(p) AS try_cast(CASE
    WHEN NOT regexp_matches(p, '{PATTERN}') THEN NULL
    WHEN length(p) = 4 THEN p || '-01-01'
    WHEN length(p) >= 10 THEN left(p, 10)
    WHEN p[6] = 'S' THEN left(p, 5) || CASE p[7] WHEN '1' THEN '01-01' ELSE '07-01' END
    WHEN p[6] = 'Q' THEN left(p, 5) || lpad((3 * try_cast(p[7] AS INTEGER) - 2)::VARCHAR, 2, '0') || '-01'
    ELSE p || '-01' END AS DATE);
CREATE OR REPLACE TEMP MACRO period_length(p) AS CASE
    WHEN length(p) = 4 THEN INTERVAL 1 YEAR
    WHEN length(p) > 10 THEN try_cast(regexp_extract(p, '/P([0-9]{{1,3}})[YMWD]$', 1) AS INTEGER) *
        CASE p[-1] WHEN 'Y' THEN INTERVAL 1 YEAR WHEN 'M' THEN INTERVAL 1 MONTH
        WHEN 'W' THEN INTERVAL 7 DAY ELSE INTERVAL 1 DAY END
    WHEN length(p) = 10 THEN INTERVAL 1 DAY
    WHEN p[6] = 'S' THEN INTERVAL 6 MONTH
    WHEN p[6] = 'Q' THEN INTERVAL 3 MONTH
    ELSE INTERVAL 1 MONTH END;
CREATE OR REPLACE TEMP MACRO period_end(p) AS CAST(period_start(p) + period_length(p) - INTERVAL 1 DAY AS DATE);
"""
