-- DuckDB's command line, in the folder of the Parquet files: duckdb -noheader -list < duckdb_cli.sql
CREATE VIEW figures AS FROM 'observations.parquet';

WITH answers AS (SELECT json_object(
    'rows', (SELECT json_group_object(name, n) FROM (
        SELECT parse_filename(filename, true) AS name, count(*) AS n
        FROM read_parquet('*.parquet', union_by_name = true, filename = true) GROUP BY ALL)),
    'value', (SELECT list([obs_value, lower, upper] ORDER BY observation_id) FROM figures
        WHERE observation_id IN ('jiangsu-2022-s1:1', 'jiangsu-population-2022:9')),
    'unbounded', (SELECT [count_if(lower IS NULL), count_if(upper IS NULL), count_if(note IS NULL)] FROM figures),
    'dates', (SELECT json_array(min(period_start), max(period_end),
        (SELECT count_if(known_from IS NULL) FROM 'sources.parquet')) FROM figures),
    'integers', (SELECT json_array(max(printed_decimals), max(char_end), sum(char_start)::BIGINT,
        count_if(paragraph IS NULL)) FROM figures),
    'booleans', (SELECT [count_if(countable), count_if(NOT countable)] FROM 'units.parquet'),
    'chinese', (SELECT [max(as_printed) FILTER (observation_id = 'jiangsu-2022-s1:1'),
        sha256(string_agg(as_printed, '|' ORDER BY observation_id))] FROM figures),
    'sum', (SELECT list_reduce(list(obs_value ORDER BY observation_id), lambda total, value: total + value)
        FROM figures WHERE unit_id = 'percent' AND obs_value IS NOT NULL),
    'join', (SELECT json_group_object(name_zh, n) FROM (
        SELECT name_zh, count(*) AS n FROM figures JOIN 'areas.parquet' ON ref_area = code GROUP BY ALL)),
    'breakdown', (SELECT [count(*), count(DISTINCT indicator_id)] FROM figures WHERE residence = 'U')
) AS found)
SELECT json_object('version', ltrim(version(), 'v'), 'answers', found, 'types', json_object(
    'observations', (SELECT json_group_object(column_name, column_type) FROM (DESCRIBE FROM 'observations.parquet')),
    'units', (SELECT json_group_object(column_name, column_type) FROM (DESCRIBE FROM 'units.parquet'))))
FROM answers;
