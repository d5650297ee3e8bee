// A table that can be sorted and paged. A column: { title, value (what it sorts by), cell (what it shows), number }.

const PAGE = 50;
const kindOf = (column) => ["number", "broad", "tight"].filter((kind) => column[kind]).join(" ") || null;

function grid(columns, rows, { caption, label, empty = t("none") } = {}) {
  let sorted = rows, by = null, down = false, page = 0;
  const body = make("tbody"), told = make("span"), pager = make("div", { class: "pager" });
  const heads = columns.map((column, n) => make("th", { scope: "col", class: kindOf(column) },
    column.value ? button([column.title, make("span", { class: "arrow", "aria-hidden": "true" })], () => sort(n), { class: "head" }) : column.title));
  const wrap = make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption ?? label },
    make("table", null, caption && make("caption", null, caption), make("thead", null, make("tr", null, heads)), body));

  function sort(n) {
    down = by === n && !down;
    by = n;
    const value = columns[n].value, way = down ? -1 : 1;
    const order = (a, b) => (a === null || a === undefined) - (b === null || b === undefined) || (a < b ? -way : a > b ? way : 0);
    sorted = rows.toSorted((a, b) => order(value(a), value(b)));
    heads.forEach((head, m) => m === n ? head.setAttribute("aria-sort", down ? "descending" : "ascending") : head.removeAttribute("aria-sort"));
    turn(0);
  }
  function turn(to) {
    page = to;
    const last = Math.max(0, Math.ceil(sorted.length / PAGE) - 1), part = sorted.slice(page * PAGE, (page + 1) * PAGE);
    body.replaceChildren(...part.map((row) => make("tr", null, columns.map((column, n) =>
      make(n ? "td" : "th", { class: kindOf(column), scope: n ? null : "row", lang: column.lang }, column.cell(row))))));
    if (!rows.length) body.append(make("tr", null, make("td", { colspan: columns.length }, empty)));
    told.textContent = t("pageOf", page + 1, last + 1);
    pager.replaceChildren(...(last ? [button(t("previous"), () => turn(page - 1), { disabled: page === 0 }), told,
      button(t("next"), () => turn(page + 1), { disabled: page === last })] : []));
  }
  turn(0);
  return Object.assign(make("div", { class: "grid" }, wrap, pager), { sorted: () => sorted });
}

// Columns of figures, used wherever figures are listed.
const column = (title, value, cell, more) => ({ title, value, cell: cell ?? value, ...more });
const figureColumns = () => ({
  indicator: column(t("indicators"), (f) => indicatorName(f.indicator_id), (f) => make("a", { href: indicatorLink(f.indicator_id, f.observation_id) }, indicatorName(f.indicator_id)), { broad: true }),
  area: column(t("area"), (f) => f.ref_area, (f) => areaName(f.ref_area), { tight: true }),
  period: column(t("period"), (f) => f.period_end, when, { tight: true }),
  breakdown: column(t("breakdown"), (f) => f.breakdown, (f) => breakdownName(f.breakdown)),
  value: column(t("value"), (f) => f.obs_value, (f) => withUnit(f.obs_value, indicators.get(f.indicator_id).unit_id), { number: true }),
  interval: column(t("interval"), (f) => f.lower, (f) => interval(f.lower, f.upper), { number: true }),
  printed: column(t("printed"), (f) => f.as_printed, null, { lang: "zh" }),
  evidence: column(t("evidence"), (f) => f.evidence, (f) => level(f.evidence)),
  source: column(t("source"), (f) => f.source_id, (f) => sourceCell(f.source_id), { broad: true }),
  printedAt: column(t("where"), (f) => f.source_id, (f) => [sourceCell(f.source_id), make("small", null, f.char_start === null ? "" : placeOf(f))], { broad: true }),
  exact: column(t("value"), (f) => f.obs_value, (f) => [withUnit(f.obs_value, indicators.get(f.indicator_id).unit_id), !SIGNS[indicators.get(f.indicator_id).unit_id] && make("span", { class: "quiet" }, ` ${unitName(indicators.get(f.indicator_id).unit_id)}`), f.lower !== f.upper && make("small", null, interval(f.lower, f.upper))], { number: true }),
  note: column(t("note"), (f) => f.note, null, { broad: true }),
  id: column(t("id"), (f) => f.observation_id, (f) => make("code", null, f.observation_id), { tight: true }),
});
const level = (evidence) => make("span", { class: `level ${evidence}` }, t(evidence));
const sourceCell = (id) => outward(sources.get(id).url, chinese(sources.get(id).title_zh));
const placeOf = (f) => f.char_start === null ? "–" : `${t("paragraph", f.paragraph)}${t("comma")}${t("characters", f.char_start, f.char_end)}`;
