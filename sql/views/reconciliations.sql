-- Do figures that must agree do so? One row for each claim that rules/ compares with other figures, all as intervals.
-- The claim is a printed figure (a whole, a published share …); `computed` is what the other figures allow it to be.
-- Those are taken from the claim's own source where it has them, else they are the current ones. A claim that is not current
-- itself is compared within its source, and with the current statement of its fact. A claim whose figures are not all known
-- has no computed value, but for sums, which can be too large all the same.
-- stored
WITH near AS MATERIALIZED (  -- statements of the claims' areas, and of those within them: all that a claim can be compared with
    SELECT * FROM comparable
    SEMI JOIN (SELECT ref_area FROM claims UNION SELECT a.code FROM areas a JOIN claims c ON c.ref_area = a.parent) USING (ref_area)),
totals AS (  -- the parts of one whole, each with its place among the figures: an indicator, a code, or an area
    SELECT kind, whole, coalesce(along, '') AS along, part, unnest(coalesce(string_split(codes, '|'), [NULL])) AS code,
        coalesce(factor, 1) AS factor,
        min(concat_ws(' ', 'parts', whole, part, along, codes)) OVER (PARTITION BY kind, whole, along, codes, set_id) AS rule
    FROM parts WHERE kind IN ('sum', 'shares') AND along IS DISTINCT FROM 'ref_area'
    UNION ALL
    SELECT kind, whole, 'ref_area', part, code, coalesce(factor, 1), concat_ws(' ', 'parts', whole, part, 'ref_area')
    FROM parts, areas WHERE kind IN ('sum', 'subset') AND along = 'ref_area'),
heads AS (  -- the figures whose parts are looked for: wholes, and one figure of each set of shares
    SELECT t.kind, t.rule, w.observation_id, t.along, false AS is_share FROM claims w
    JOIN (SELECT DISTINCT kind, rule, whole, along FROM totals WHERE kind <> 'shares') t ON t.whole = w.indicator_id
    WHERE t.along IN ('', 'ref_area') OR breakdown_code(w.breakdown, t.along) IS NULL
    UNION ALL
    SELECT t.kind, t.rule, min(w.observation_id), t.along, true FROM claims w
    JOIN (SELECT kind, rule, whole, along, list(code) AS codes FROM totals WHERE kind = 'shares' GROUP BY ALL) t
        ON t.whole = w.indicator_id AND list_contains(t.codes, breakdown_code(w.breakdown, t.along))
    GROUP BY t.kind, t.rule, t.along, w.source_id, w.ref_area, breakdown_without(w.breakdown, t.along), w.period_end,
        w.flow_start),
wanted AS (  -- which figures each claim is compared with; a claim may be compared more than once (`part_span`)
    SELECT h.kind, h.rule, h.observation_id AS claim, h.is_share, '' AS part_span, t.factor, 1::DOUBLE AS scale,
        'part' AS role, t.part AS indicator_id, CASE t.along WHEN 'ref_area' THEN t.code ELSE w.ref_area END AS ref_area,
        CASE WHEN t.along IN ('', 'ref_area') THEN w.breakdown ELSE breakdown_with(w.breakdown, t.along, t.code)
        END AS breakdown, w.period_end, w.flow_start
    FROM heads h JOIN claims w USING (observation_id) JOIN totals t USING (kind, rule)
    LEFT JOIN areas a ON t.along = 'ref_area' AND a.code = t.code
    WHERE t.along <> 'ref_area' OR a.parent = w.ref_area
    UNION ALL  -- a part and its whole
    SELECT p.kind, concat_ws(' ', 'parts', p.whole, p.part, p.along, p.codes), w.observation_id, false, '', 1, 1, 'whole',
        p.whole, w.ref_area, coalesce(breakdown_without(w.breakdown, p.along), w.breakdown), w.period_end, w.flow_start
    FROM parts p JOIN claims w ON w.indicator_id = p.part
    WHERE p.kind = 'subset' AND p.along IS DISTINCT FROM 'ref_area'
        AND (p.along IS NULL OR list_contains(string_split(p.codes, '|'), breakdown_code(w.breakdown, p.along)))
    UNION ALL  -- a stock and each flow that entered it up to its day
    SELECT DISTINCT p.kind, concat_ws(' ', 'parts', p.whole, p.part), w.observation_id, false, f.span, 1, 1, 'part',
        p.part, w.ref_area, w.breakdown, w.period_end, f.flow_start
    FROM parts p JOIN claims w ON w.indicator_id = p.whole
    JOIN near f ON f.indicator_id = p.part AND f.ref_area = w.ref_area AND f.breakdown = w.breakdown
        AND f.period_end = w.period_end WHERE p.kind = 'addition'
    UNION ALL  -- a count over a period and those over the shorter ones of one length that it holds
    SELECT DISTINCT 'cumulation', NULL, w.observation_id, false, f.span, 1, 1, 'part', w.indicator_id, w.ref_area, w.breakdown,
        f.period_end, f.flow_start
    FROM indicators i JOIN (SELECT *, unnest(generate_series(year(period_start), year(period_end))) AS year FROM claims) w
        USING (indicator_id)
    JOIN near f ON f.indicator_id = w.indicator_id AND f.ref_area = w.ref_area AND f.breakdown = w.breakdown
        AND year(f.period_start) = w.year AND f.span <> w.span AND f.period_start >= w.period_start AND f.period_end <= w.period_end
        AND CASE WHEN ends_with(f.span, 'M')
                 THEN date_diff('month', w.period_start, f.period_start) % span_number(f.span) = 0
                 ELSE (f.period_start - w.period_start) % span_number(f.span) = 0 END
    WHERE i.nature = 'flow' AND i.minimum >= 0
    UNION ALL  -- what is published and what it follows from
    SELECT r.kind, concat_ws(' ', 'published_rules', r.published, r.kind), w.observation_id, false, '', 1, r.scale, o.role,
        CASE WHEN o.is_left THEN r.left_id ELSE r.right_id END, w.ref_area,
        CASE WHEN r.along IS NULL THEN w.breakdown WHEN NOT o.is_left THEN breakdown_without(w.breakdown, r.along)
             WHEN r.code IS NOT NULL THEN breakdown_with(w.breakdown, r.along, r.code) ELSE w.breakdown END,
        CASE WHEN o.is_earlier THEN earlier(w.period_end + 1, r.lag) - 1 ELSE w.period_end END,
        CASE WHEN o.is_earlier THEN earlier(w.flow_start, r.lag) ELSE w.flow_start END
    FROM published_rules r JOIN claims w ON w.indicator_id = r.published
    JOIN (VALUES ('change', 'left', true, false), ('change', 'base', true, true), ('growth', 'left', true, false),
                 ('growth', 'base', true, true), ('growth_by_change', 'left', true, false),
                 ('growth_by_change', 'right', false, false), ('ratio', 'left', true, false),
                 ('ratio', 'right', false, false), ('rate', 'left', true, false), ('rate', 'right', false, false),
                 ('rate', 'base', false, true), ('per_day', 'left', true, false)
    ) o(kind, role, is_left, is_earlier) ON o.kind = r.kind),
found AS (  -- the figure for each of them
    SELECT q.*, p.observation_id, p.as_printed, iv(p.lower, p.upper) AS bounds, w.period_end - w.period_start + 1 AS days
    FROM wanted q JOIN claims w ON w.observation_id = q.claim
    LEFT JOIN near p ON p.indicator_id = q.indicator_id AND p.ref_area = q.ref_area AND p.breakdown = q.breakdown
        AND p.period_end = q.period_end AND (p.at_day OR q.flow_start IS NULL OR p.period_start = q.flow_start)
        AND (p.source_id = w.source_id OR (p.place = 1 AND w.place = 1))
    QUALIFY row_number() OVER (
        PARTITION BY q.kind, q.rule, q.claim, q.part_span, q.role, q.indicator_id, q.ref_area, q.breakdown, q.period_end,
            q.flow_start
        ORDER BY p.source_id = w.source_id DESC NULLS LAST, p.place) = 1),
gathered AS (  -- the members of a list are put in order later: a list that is gathered in order is slow for many groups
    SELECT f.kind, f.rule, f.claim, f.is_share, f.part_span, any_value(f.factor)::DOUBLE AS factor, any_value(f.scale) AS scale,
        any_value(f.days) AS days, bool_or(f.role = 'part') AS has_parts, bool_and(f.observation_id IS NOT NULL) AS complete,
        bool_and(i.minimum >= 0) AS no_negatives,
        list({'last': f.kind = 'rate' AND f.role = 'base', 'role': f.role, 'observation_id': f.observation_id,
              'as_printed': f.as_printed, 'bounds': f.bounds}) AS members
    FROM found f JOIN indicators i USING (indicator_id)
    GROUP BY f.kind, f.rule, f.claim, f.is_share, f.part_span
    HAVING count(f.observation_id) > 0 OR NOT has_parts),
added AS (
    SELECT * EXCLUDE (members, known), list_transform(members, lambda m: m.as_printed) AS prints,
        list_transform(known, lambda m: {'observation_id': m.observation_id, 'role': m.role}) AS terms,
        list_reduce(list_transform(known, lambda m: m.bounds), lambda a, b: iv_add(a, b)) AS total,
        list_filter(known, lambda m: m.role = 'left')[1].bounds AS first,
        list_filter(known, lambda m: m.role = 'right')[1].bounds AS second,
        list_filter(known, lambda m: m.role = 'base')[1].bounds AS base
    FROM (SELECT *, nullif(list_filter(members, lambda m: m.observation_id IS NOT NULL), []) AS known
          FROM (SELECT * REPLACE (list_sort(members) AS members) FROM gathered))),
quotients AS (  -- each published kind as a difference, or as a quotient times its scale; growth is a quotient less 1
    SELECT *, CASE kind WHEN 'growth_by_change' THEN second ELSE first END AS dividend,
        CASE kind WHEN 'ratio' THEN second WHEN 'growth' THEN base WHEN 'growth_by_change' THEN difference
                  WHEN 'rate' THEN iv_add(second, base) WHEN 'per_day' THEN iv(days, days) END AS divisor,
        CASE kind WHEN 'rate' THEN 2 * scale ELSE scale END AS times
    FROM (SELECT *, iv_sub(first, CASE kind WHEN 'growth_by_change' THEN second ELSE base END) AS difference FROM added)),
compared AS (
    SELECT kind, rule, claim, is_share, factor, factor * scale AS scale, complete, terms,
        CASE WHEN kind IN ('change', 'growth') THEN array_to_string(prints, ' → ')
             WHEN kind IN ('ratio', 'rate') THEN array_to_string(prints, ' / ')
             WHEN kind = 'growth_by_change' THEN array_to_string(prints, ' with a change of ')
             ELSE array_to_string(prints, ' + ') END AS printed,
        complete OR (has_parts AND no_negatives) AS is_compared,
        CASE
            WHEN NOT is_compared THEN NULL
            WHEN kind IN ('sum', 'shares') THEN iv(total.lower, CASE WHEN complete THEN total.upper END)
            WHEN has_parts THEN iv(total.lower, NULL)
            WHEN kind = 'subset' THEN iv(NULL, total.upper)
            WHEN kind = 'change' THEN difference
            ELSE iv_add(iv_mul(iv_div(dividend, divisor), iv(times, times)),
                        CASE kind WHEN 'growth' THEN iv(-scale, -scale) ELSE iv(0, 0) END)
        END AS computed
    FROM quotients
    UNION ALL  -- the statement that counts and each other one, and others that agree with it but not with each other
    SELECT 'statement', NULL, other.observation_id, false, 1, 1, true,
        [{'observation_id': best.observation_id, 'role': 'statement'}], best.as_printed, true, iv(best.lower, best.upper)
    FROM near best JOIN claims other ON other.indicator_id = best.indicator_id AND other.ref_area = best.ref_area
        AND other.breakdown = best.breakdown AND other.period_end = best.period_end
        AND other.flow_start IS NOT DISTINCT FROM best.flow_start AND other.place > best.place
    JOIN near first ON first.indicator_id = best.indicator_id AND first.ref_area = best.ref_area
        AND first.breakdown = best.breakdown AND first.period_end = best.period_end
        AND first.flow_start IS NOT DISTINCT FROM best.flow_start AND first.place = 1
    WHERE best.editions > 1 AND other.editions > 1 AND first.editions > 1
        AND (best.place = 1 OR best.source_id = other.source_id OR (_apart(best.lower, best.upper, other.lower, other.upper)
        AND NOT _apart(best.lower, best.upper, first.lower, first.upper)
        AND NOT _apart(other.lower, other.upper, first.lower, first.upper)))),
judged AS (
    SELECT c.*, w.indicator_id, w.ref_area, w.breakdown, w.time_period, w.period_end, w.source_id, w.as_printed,
        CASE WHEN c.is_share THEN iv(100, 100) WHEN c.factor = 1 THEN iv(w.lower, w.upper)
             ELSE iv_mul(iv(w.lower, w.upper), iv(c.factor, c.factor)) END AS claimed,
        list_sort(list_distinct(list_transform(c.terms, lambda t: t.observation_id)
            || CASE WHEN c.is_share THEN [] ELSE [c.claim] END)) AS figures
    FROM compared c JOIN claims w ON w.observation_id = c.claim)
SELECT j.kind, j.rule, j.indicator_id, j.ref_area, j.breakdown, j.time_period, j.period_end, j.source_id, j.claim AS observation_id,
    CASE WHEN j.is_share THEN '100%' ELSE j.as_printed END AS claimed_print, j.printed AS computed_print,
    j.claimed.lower AS claimed_lower, j.claimed.upper AS claimed_upper,
    j.computed.lower AS computed_lower, j.computed.upper AS computed_upper,
    j.residual.lower AS residual_lower, j.residual.upper AS residual_upper, j.scale, j.complete,
    CASE WHEN j.is_compared THEN iv_overlaps(j.claimed, j.computed) END AS agrees,
    j.figures, j.terms, k.reason
FROM (SELECT *, CASE WHEN is_compared THEN iv_sub(claimed, computed) END AS residual FROM judged) j
LEFT JOIN known_contradictions k ON k.kind = j.kind
    AND list_sort(string_split(k.figures, '|')) = j.figures
