-- How large is each programme: households, persons, person-times, institutions and money side by side?
-- The columns of one programme are different units of one thing and are never added. Flows over different periods are rows
-- of their own; a row of stocks has no first day.
WITH programmes(programme, programme_zh, households, persons, person_times, institutions, money) AS (VALUES
    ('Minimum living allowance', '最低生活保障', 'dibao_households', 'dibao_persons', NULL, NULL, NULL),
    ('Support of persons in extreme hardship', '特困人员供养', NULL, 'tekun_persons', NULL, NULL, NULL),
    ('Temporary assistance', '临时救助', NULL, NULL, 'temporary_assistance_person_times', NULL, NULL),
    ('Temporary assistance because of COVID-19', '因疫临时救助', NULL, NULL,
        'temporary_assistance_epidemic_person_times', NULL, NULL),
    ('One-off epidemic subsidy', '因疫一次性临时补贴', NULL, NULL, 'epidemic_subsidy_person_times', NULL,
        'epidemic_subsidy_amount'),
    ('Two disability allowances', '残疾人两项补贴', NULL, NULL, NULL, NULL, 'disability_allowances_amount'),
    ('Relief for private care institutions', '民营养老机构纾困补贴', NULL, NULL, NULL,
        'private_care_institutions_subsidised', 'private_care_subsidy_amount'),
    ('Children in difficulty', '困境儿童保障', NULL, 'children_in_difficulty', NULL, NULL, NULL)),
named AS (
    UNPIVOT programmes ON households, persons, person_times, institutions, money INTO NAME measure VALUE indicator_id)
SELECT n.programme, n.programme_zh, c.ref_area, CASE WHEN NOT c.at_day THEN c.period_start END AS period_start, c.period_end,
    any_value(c.obs_value) FILTER (n.measure = 'households') AS households,
    any_value(c.obs_value) FILTER (n.measure = 'persons') AS persons,
    any_value(c.obs_value) FILTER (n.measure = 'person_times') AS person_times,
    any_value(c.obs_value) FILTER (n.measure = 'institutions') AS institutions,
    any_value(c.obs_value) FILTER (n.measure = 'money') AS yuan,
    string_agg(c.as_printed, ' · ' ORDER BY c.char_start, c.observation_id) AS as_printed
FROM named n JOIN current c USING (indicator_id)
WHERE c.breakdown = ''
GROUP BY ALL
