// The list of indicators, and the page of one: where it stands, how exact, from where, beside what.

function indicatorList() {
  const list = make("div", { class: "lists" }), told = make("p", { role: "status" });
  const find = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = table.indicators.filter((i) => words.every((w) => `${i.indicator_id} ${i.name_en} ${i.name_zh}`.toLowerCase().includes(w)));
    told.textContent = t("indicatorsFound", found.length);
    list.replaceChildren(...[...grouped(found, (i) => i.theme_id)].map(([theme, rows]) => section(themeName(theme),
      make("ul", { class: "plain" }, rows.map((i) => make("li", null, make("a", { href: indicatorLink(i.indicator_id) }, nameOf(i)),
        make("span", { class: "tag" }, t("figuresCount", figuresOf.get(i.indicator_id)?.length ?? 0))))))));
  };
  find("");
  return [make("div", { class: "lead" }, make("h1", null, t("list")), make("label", { class: "field" }, t("find"),
    make("input", { type: "search", id: "find", placeholder: t("findHint"), autocomplete: "off", on: { input: (e) => find(e.target.value) } })), told), list];
}

function indicatorPage(id, figure) {
  const it = indicators.get(id), all = figuresOf.get(id) ?? [];
  if (!it || !all.length) return [make("h1", null, t("notFound")), make("p", null, make("a", { href: "#indicators" }, t("list")))];
  const chosen = all.find((f) => f.observation_id === figure) ?? all.find((f) => f.source_id === bulletin && f.breakdown === "") ??
    all.filter((f) => f.is_current).toSorted((a, b) => (a.breakdown > b.breakdown) - (a.breakdown < b.breakdown) || (a.period_end < b.period_end ? 1 : -1))[0] ?? all[0];
  return [heading(it), keyFigure(chosen, it), seriesSection(id, chosen), areaSection(id, chosen), partSection(id), derivedSection(all),
    checkSection(id), changeSection(id), revisionSection(id), evidenceSection(all)];
}

function heading(it) {
  const other = language === "zh" ? make("span", { lang: "en" }, it.name_en) : chinese(it.name_zh);
  const definitions = [[it.definition, "en"], [it.definition_zh, "zh-Hans"]].filter(([text]) => text);
  if (language === "zh") definitions.reverse();
  const facts = [[t("theme"), themeName(it.theme_id)], [t("unit"), unitName(it.unit_id)], [t("nature"), natureName(it.nature)],
    [t("definedBy"), it.definition_source], [t("code"), make("code", null, it.indicator_id)]];
  return make("div", { class: "lead" }, make("h1", null, nameOf(it)), make("p", { class: "other" }, other),
    definitions.map(([text, lang]) => make("p", { lang }, text)),
    make("dl", { class: "row" }, facts.filter(([, each]) => each).map(([name, each]) => make("div", null, make("dt", null, name), make("dd", null, each)))));
}

// What a newcomer asks first, about one figure.
function keyFigure(f, it) {
  const source = sources.get(f.source_id), known = changeOf(f);
  const rows = [
    [t("exact"), exactness(f)],
    [t("printed"), [chinese(f.as_printed), f.note && make("span", { class: "tag" }, f.note)]],
    [t("where"), [outward(source.url, chinese(source.title_zh)), make("span", { class: "tag" }, [source.publisher, source.published_on].filter(Boolean).join(t("comma"))),
      make("span", { class: "tag" }, f.char_start === null ? t("noPlace") : placeOf(f))]],
    [t("evidence"), [level(f.evidence), " ", t(`${f.evidence}Long`)]],
    known && [t("change"), known],
    [t("compared"), besideOf(f, it)],
  ];
  return make("section", { class: "card key", id: "key" }, make("h2", null, [areaName(f.ref_area), when(f), f.breakdown && breakdownName(f.breakdown)].filter(Boolean).join(t("comma"))),
    make("p", { class: "amount" }, f.obs_value === null ? interval(f.lower, f.upper) : withUnit(f.obs_value, it.unit_id), !SIGNS[it.unit_id] && make("small", null, ` ${unitName(it.unit_id)}`)),
    make("dl", null, rows.filter(Boolean).map(([name, each]) => [make("dt", null, name), make("dd", null, each)])));
}

function besideOf(f, it) {
  const rows = table.beside.filter((b) => b.observation_id === f.observation_id);
  if (!rows.length) return t("besideNone");
  return rows.map((b) => {
    const whole = figures.get(b.whole_id), here = perCapita.get(f.observation_id), there = perCapita.get(b.whole_id);
    const share = b.share === null ? null : `${computedValue(b.share, b.share_lower, b.share_upper)} % (${computedInterval(b.share_lower, b.share_upper)})`;
    const rate = (r) => `${computedValue(r.obs_value, r.lower, r.upper)} (${computedInterval(r.lower, r.upper)})`;
    const value = withUnit(whole.obs_value, it.unit_id);
    return make("p", null, make("a", { href: indicatorLink(it.indicator_id, b.whole_id) }, areaName(whole.ref_area)), t("colon"),
      share ? t("besideSame", share, `${value} (${when(whole)})`) : b.days_apart === 0 || it.nature !== "stock"
        ? `${value} (${when(whole)})` : t("besideApart", value, when(whole), Math.abs(b.days_apart)),
      here && there && [" ", t("perResidents", rate(here), rate(there), areaName(whole.ref_area))]);
  });
}

function seriesSection(id, chosen) {
  const lines = seriesOf(id), own = JSON.stringify([chosen.ref_area, chosen.breakdown, chosen.span]);
  const place = make("div"), show = (key) => {
    const line = lines.find((s) => s.key === key);
    place.replaceChildren(...(line.line.length > 1 ? [chart("series", pointsOf(line), t("seriesNote"))] : [make("p", { class: "quiet" }, t("seriesOne"))]));
  };
  if (!lines.length) return null;
  const named = ({ line: [f], line }) => `${areaName(f.ref_area)} · ${spanName(f.span)} · ${breakdownName(f.breakdown)} (${line.length})`;
  const key = lines.some((s) => s.key === own && s.line.length > 1) ? own : (lines.find((s) => s.line[0].ref_area === chosen.ref_area && s.line.length > 1) ?? lines[0]).key;
  show(key);
  return section(t("series"), lines.length > 1 && make("label", { class: "field" }, t("which"), make("select", { id: "which", on: { change: (e) => show(e.target.value) } },
    lines.map((s) => make("option", { value: s.key, selected: s.key === key }, named(s))))), place);
}

// Areas beside each other: for counts the same for 10,000 residents, else the values themselves.
function areaSection(id, chosen) {
  const counted = ["stock", "flow"].includes(indicators.get(id).nature);
  const current = (figuresOf.get(id) ?? []).filter((f) => f.is_current && f.breakdown === chosen.breakdown);
  const wide = (rows) => new Set(rows.map((f) => f.ref_area)).size, spans = grouped(current, (f) => f.span), own = spans.get(chosen.span) ?? [];
  const same = wide(own) > 1 ? own : [...spans.values()].sort((a, b) => wide(b) - wide(a))[0] ?? [];
  const rows = counted ? same.filter((f) => perCapita.has(f.observation_id)).map((f) => ({ f, r: perCapita.get(f.observation_id) })) : same.map((f) => ({ f, r: f }));
  if (new Set(rows.map(({ f }) => f.ref_area)).size < 2) return null;
  const points = rows.map(({ f, r }) => ({ area: areaName(f.ref_area), day: midst(f), value: r.obs_value, lower: r.lower, upper: r.upper,
    told: `${areaName(f.ref_area)}${t("comma")}${when(f)}${t("colon")}${computedValue(r.obs_value, r.lower, r.upper)} (${computedInterval(r.lower, r.upper)})` })).sort((a, b) => a.day < b.day ? -1 : 1);
  const columns = figureColumns();
  return section(t("areasTitle"), chart("areas", points, counted ? t("areasRate") : t("areasValue")), grid([columns.area, columns.period, columns.value, columns.interval,
    counted && column(t("perUnit"), (f) => perCapita.get(f.observation_id)?.obs_value, (f) => { const r = perCapita.get(f.observation_id); return r ? `${computedValue(r.obs_value, r.lower, r.upper)} (${computedInterval(r.lower, r.upper)})` : "–"; }, { number: true }),
  ].filter(Boolean), same.toSorted((a, b) => a.period_end < b.period_end ? 1 : -1), { label: t("areasTitle") }));
}

function partSection(id) {
  const rows = table.parts.filter((p) => p.whole === id || p.part === id);
  if (!rows.length) return null;
  const link = (other) => other === id ? indicatorName(other) : make("a", { href: indicatorLink(other) }, indicatorName(other));
  return section(t("partsTitle"), make("ul", { class: "plain" }, rows.map((p) => make("li", null,
    p.along ? t("byParts", p.kind, p.along, (p.codes ?? "").split("|").map((c) => nameOf(codeNames.get(`${p.along}=${c}`)) || c).join(" + "))
      : [link(p.part), ` ${t("partNames")[p.kind]} `, link(p.whole)]))));
}

const figureLinks = (ids) => ids.map((each, n) => [n ? ", " : "", figures.has(each) ? make("a", { href: indicatorLink(figures.get(each).indicator_id, each) }, each) : each]);

function derivedSection(all) {
  const own = new Set(all.map((f) => f.observation_id)), rows = table.derived.filter((d) => d.inputs.some((each) => own.has(each)));
  if (!rows.length) return null;
  return section(t("derivedTitle"), grid([
    column(t("name"), nameOf), column(t("area"), (d) => d.ref_area, (d) => areaName(d.ref_area), { tight: true }),
    column(t("period"), (d) => d.period_end, (d) => period(d.time_period), { tight: true }), column(t("breakdown"), (d) => d.breakdown, (d) => breakdownName(d.breakdown)),
    column(t("value"), (d) => d.obs_value, (d) => computedValue(d.obs_value, d.lower, d.upper), { number: true }),
    column(t("interval"), (d) => d.lower, (d) => computedInterval(d.lower, d.upper), { number: true }), column(t("unit"), (d) => unitName(d.unit_id)),
    column(t("formula"), (d) => d.formula, (d) => make("code", null, `${d.formula}${d.scale === 1 ? "" : ` × ${d.scale}`}`)),
    column(t("from"), null, (d) => figureLinks(d.inputs), { broad: true }),
  ], rows, { label: t("derivedTitle") }));
}

const checkColumns = () => [
  column(t("check"), (c) => c.kind, (c) => t("checkNames")[c.kind]), column(t("name"), (c) => indicatorName(c.indicator_id), (c) => make("a", { href: indicatorLink(c.indicator_id, c.observation_id) }, indicatorName(c.indicator_id))),
  column(t("area"), (c) => c.ref_area, (c) => areaName(c.ref_area), { tight: true }), column(t("period"), (c) => c.time_period, (c) => period(c.time_period), { tight: true }),
  column(t("claimed"), (c) => c.claimed_lower, (c) => [chinese(c.claimed_print), make("br"), interval(c.claimed_lower, c.claimed_upper)], { number: true, broad: true }),
  column(t("computed"), (c) => c.computed_lower, (c) => [chinese(c.computed_print), make("br"), computedInterval(c.computed_lower, c.computed_upper)], { number: true, broad: true }),
  column(t("agrees"), (c) => c.agrees, (c) => c.agrees ? t("yes") : make("strong", { class: "wrong" }, t("no"))),
];

function checkSection(id) {
  const rows = table.checks.filter((c) => c.indicator_id === id && c.kind !== "statement");
  return rows.length ? section(t("checksTitle"), grid(checkColumns(), rows, { label: t("checksTitle") })) : null;
}

function changeSection(id) {
  const rows = table.growth.filter((g) => g.indicator_id === id && g.lag === "P1Y");
  if (!rows.length) return null;
  return section(t("changeTitle"), grid([
    column(t("area"), (g) => g.ref_area, (g) => areaName(g.ref_area), { tight: true }), column(t("period"), (g) => g.period_end, (g) => period(g.time_period), { tight: true }), column(t("breakdown"), (g) => g.breakdown, (g) => breakdownName(g.breakdown)),
    column(t("measure"), (g) => g.measure, (g) => t(`${g.measure}Word`)),
    column(t("publishedWord"), (g) => g.published_lower, (g) => g.published_print ? [chinese(g.published_print), make("br"), interval(g.published_lower, g.published_upper)] : "–", { number: true }),
    column(t("computedWord"), (g) => g.computed_lower, (g) => g.computed_lower === null && g.computed_upper === null ? "–" : computedInterval(g.computed_lower, g.computed_upper), { number: true }),
    column(t("agrees"), (g) => g.agrees, (g) => g.agrees === null ? "–" : g.agrees ? t("yes") : make("strong", { class: "wrong" }, t("no"))),
  ], rows, { label: t("changeTitle") }));
}

function revisionSection(id) {
  const rows = table.revisions.filter((r) => r.indicator_id === id), columns = figureColumns(), of = (name) => ({ ...columns[name], value: null, cell: (r) => columns[name].cell(figures.get(r.observation_id)) });
  if (!rows.length) return null;
  return section(t("revisionsTitle"), grid([of("area"), of("period"), of("breakdown"), of("printed"), of("source"),
    column(t("counts"), (r) => r.is_current, (r) => r.is_current ? t("yes") : t("no")),
    column(t("difference"), (r) => r.change_lower, (r) => r.agrees === null ? "–" : interval(r.change_lower, r.change_upper), { number: true }), column(t("reason"), (r) => r.reason, null, { broad: true })], rows, { label: t("revisionsTitle") }));
}

function evidenceSection(all) {
  const c = figureColumns();
  return section(t("evidenceTitle"), grid([c.area, c.period, c.breakdown, c.exact, c.printed, c.evidence, c.printedAt, c.note, c.id], all.toSorted((a, b) => a.period_end < b.period_end ? 1 : -1), { label: t("evidenceTitle") }));
}
