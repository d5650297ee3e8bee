-- Arithmetic of intervals and amounts in 万 and 亿.
--
-- An interval is a struct {lower, upper}; NULL on a side is unbounded. Bounds that float64 cannot hold exactly are rounded
-- outward, so that the true value never lies outside: the error of a sum is found by TwoSum (Knuth, TAOCP 4.2.2), that of a
-- product by splitting its factors (Dekker 1971), and the sign of the error says which way to go.
--
-- A macro's argument is copied to every place that names it, so each macro first binds its arguments to a lambda's parameter:
-- without that, nested intervals would grow into expressions of millions of nodes.

CREATE OR REPLACE MACRO iv(lower, upper) AS {'lower': lower::DOUBLE, 'upper': upper::DOUBLE};

CREATE OR REPLACE MACRO _finite(x) AS CASE WHEN isfinite(x) THEN x END;
CREATE OR REPLACE MACRO _ends(a, b) AS list_transform([{'a': a, 'b': b}], lambda p: {
    'al': coalesce(p.a.lower, '-infinity'::DOUBLE), 'ah': coalesce(p.a.upper, 'infinity'::DOUBLE),
    'bl': coalesce(p.b.lower, '-infinity'::DOUBLE), 'bh': coalesce(p.b.upper, 'infinity'::DOUBLE)})[1];

-- A result, or its neighbour where `error`, the true value less x, says that x lies inside; NULL: unknown, so both move.
CREATE OR REPLACE MACRO _rounded(x, error) AS list_transform([{'x': x, 'e': error}], lambda r: {
    'down': CASE WHEN r.e >= 0 THEN r.x ELSE nextafter(r.x, '-infinity'::DOUBLE) END,
    'up': CASE WHEN r.e <= 0 THEN r.x ELSE nextafter(r.x, 'infinity'::DOUBLE) END})[1];

CREATE OR REPLACE MACRO _sum(a, b) AS list_transform([{'a': a, 'b': b, 's': a + b}], lambda t: _rounded(
    t.s, CASE WHEN isinf(t.s) THEN 0 ELSE (t.a - (t.s - (t.s - t.a))) + (t.b - (t.s - t.a)) END))[1];

-- The true product less p, its float64; 0 where p is infinite, NULL near the ends of the range.
CREATE OR REPLACE MACRO _head(x) AS 134217729.0::DOUBLE * x - (134217729.0::DOUBLE * x - x);
CREATE OR REPLACE MACRO _product_error(a, b, p) AS list_transform(
    [{'a': a, 'b': b, 'p': p, 'ah': _head(a), 'bh': _head(b), 'size': abs(p)}], lambda f: CASE
        WHEN isinf(f.size) THEN 0
        WHEN f.size > 1e-280 AND greatest(f.size, abs(f.a), abs(f.b)) < 1e290 THEN
            ((f.ah * f.bh - f.p) + f.ah * (f.b - f.bh) + (f.a - f.ah) * f.bh) + (f.a - f.ah) * (f.b - f.bh) END)[1];

-- 0 times infinity is 0 here: the factor is exactly nothing, however large the other may be.
CREATE OR REPLACE MACRO _product(a, b) AS list_transform([{'a': a, 'b': b, 'p': a * b}], lambda t: CASE
    WHEN t.a = 0 OR t.b = 0 THEN _rounded(0::DOUBLE, 0) ELSE _rounded(t.p, _product_error(t.a, t.b, t.p)) END)[1];

-- A divisor that ends at 0 is approached from inside its interval; `side` is its sign there.
CREATE OR REPLACE MACRO _quotient(a, b, side) AS list_transform([{'a': a, 'b': b, 'q': a / nullif(b, 0)}], lambda t: CASE
    WHEN t.a = 0 OR isinf(t.b) THEN _rounded(0::DOUBLE, 0)
    WHEN t.b = 0 THEN _rounded(sign(t.a) * side * 'infinity'::DOUBLE, 0)
    WHEN isinf(t.q) THEN _rounded(t.q, 0)
    ELSE _rounded(t.q, ((t.a - t.q * t.b) - _product_error(t.q, t.b, t.q * t.b)) * sign(t.b)) END)[1];

CREATE OR REPLACE MACRO _hull(parts) AS list_transform([parts], lambda all_parts: iv(
    _finite(list_min(list_transform(all_parts, lambda r: r.down))),
    _finite(list_max(list_transform(all_parts, lambda r: r.up)))))[1];

CREATE OR REPLACE MACRO iv_add(a, b) AS list_transform([_ends(a, b)], lambda e:
    iv(_finite(_sum(e.al, e.bl).down), _finite(_sum(e.ah, e.bh).up)))[1];

CREATE OR REPLACE MACRO iv_sub(a, b) AS list_transform([_ends(a, b)], lambda e:
    iv(_finite(_sum(e.al, -e.bh).down), _finite(_sum(e.ah, -e.bl).up)))[1];

CREATE OR REPLACE MACRO iv_mul(a, b) AS list_transform([_ends(a, b)], lambda e: _hull(list_transform(
    [[e.al, e.bl], [e.al, e.bh], [e.ah, e.bl], [e.ah, e.bh]], lambda p: _product(p[1], p[2]))))[1];

CREATE OR REPLACE MACRO iv_div(a, b) AS list_transform([_ends(a, b)], lambda e: CASE
    WHEN (e.bl < 0 AND e.bh > 0) OR (e.bl = 0 AND e.bh = 0) THEN iv(NULL, NULL)
    ELSE _hull(list_transform(
        [[e.al, e.bl, 1], [e.al, e.bh, -1], [e.ah, e.bl, 1], [e.ah, e.bh, -1]], lambda p: _quotient(p[1], p[2], p[3])))
    END)[1];

-- True where one value can satisfy both.
CREATE OR REPLACE MACRO iv_overlaps(a, b) AS
    list_transform([_ends(a, b)], lambda e: e.al <= e.bh AND e.bl <= e.ah)[1];

CREATE OR REPLACE MACRO _apart(al, ah, bl, bh) AS coalesce(al > bh, false) OR coalesce(bl > ah, false);

-- Amounts in 万 (10 thousand) and 亿 (100 million), to and from base units.
CREATE OR REPLACE MACRO to_wan(x) AS x / 1e4;
CREATE OR REPLACE MACRO to_yi(x) AS x / 1e8;
CREATE OR REPLACE MACRO from_wan(x) AS x * 1e4;
CREATE OR REPLACE MACRO from_yi(x) AS x * 1e8;

-- A value as a Chinese reader expects it: 40.09万, 27.48亿, 1505.
CREATE OR REPLACE MACRO zh_amount(x) AS CASE
    WHEN abs(x) >= 1e8 THEN rtrim(rtrim(printf('%.4f', x::DOUBLE / 1e8), '0'), '.') || '亿'
    WHEN abs(x) >= 1e4 THEN rtrim(rtrim(printf('%.4f', x::DOUBLE / 1e4), '0'), '.') || '万'
    ELSE rtrim(rtrim(printf('%.4f', x::DOUBLE), '0'), '.') END;

-- A breakdown is text such as `age=Y0T14, sex=M`, in order of dimension. Its code along a dimension (NULL: the total), the rest
-- without that dimension, and the breakdown with another code there.
CREATE OR REPLACE MACRO breakdown_code(breakdown, dimension) AS
    nullif(split_part(split_part(', ' || breakdown, ', ' || dimension || '=', 2), ', ', 1), '');
CREATE OR REPLACE MACRO breakdown_without(breakdown, dimension) AS
    array_to_string(list_filter(string_split(breakdown, ', '), lambda p: NOT starts_with(p, dimension || '=')), ', ');
CREATE OR REPLACE MACRO breakdown_with(breakdown, dimension, code) AS
    array_to_string(list_sort(list_filter(string_split(breakdown, ', '),
        lambda p: p <> '' AND NOT starts_with(p, dimension || '=')) || [dimension || '=' || code]), ', ');

-- A day so much earlier: P1Y, P6M.
CREATE OR REPLACE MACRO earlier(day, lag) AS
    (day - to_months(regexp_extract(lag, '[0-9]+')::INTEGER * CASE WHEN ends_with(lag, 'Y') THEN 12 ELSE 1 END))::DATE;

-- The length of a period: in months where it begins and ends with one (P12M), else in days (P7D); and the number in it.
CREATE OR REPLACE MACRO span(first_day, last_day) AS
    CASE WHEN day(first_day) = 1 AND day(last_day + 1) = 1
         THEN 'P' || date_diff('month', first_day, last_day + 1) || 'M' ELSE 'P' || (last_day - first_day + 1) || 'D' END;
CREATE OR REPLACE MACRO span_number(length) AS regexp_extract(length, '[0-9]+')::INTEGER;
