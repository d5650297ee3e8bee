// The bulletin at a glance: headline figures by theme, what was promised, and which city did what.

let bulletin = table.sources[0]?.source_id;

// Where the 13 cities lie, roughly: column and row of a tile.
const TILES = {
  320700: [3, 1], 320300: [1, 2], 321300: [2, 2], 320800: [3, 2], 320900: [4, 2], 321000: [3, 3], 321200: [4, 3],
  320100: [1, 4], 321100: [2, 4], 320400: [3, 4], 320600: [5, 4], 320200: [4, 4], 320500: [4, 5],
};

function overview() {
  const source = sources.get(bulletin);
  const own = table.observations.filter((f) => f.source_id === bulletin && f.breakdown === "").sort((a, b) => number(a) - number(b));
  const choice = make("select", { id: "bulletin", on: { change: (e) => { bulletin = e.target.value; show("bulletin"); } } },
    table.sources.map((s) => make("option", { value: s.source_id, selected: s === source }, `${areaName(s.ref_area)} ${period(s.time_period)} · ${s.title_zh}`)));
  return [
    make("div", { class: "lead" }, make("h1", null, t("glance", areaName(source.ref_area), period(source.time_period))),
      make("p", null, t("glanceLead")), make("label", { class: "field" }, t("bulletin"), choice)),
    make("div", { class: "themes" }, [...grouped(own, (f) => indicators.get(f.indicator_id).theme_id)]
      .sort((a, b) => b[1].length - a[1].length).map(([theme, found]) => themeCard(theme, found))),
    promised(), cityMap(),
  ];
}

const number = (f) => Number(f.observation_id.split(":").pop());

function themeCard(theme, found) {
  return make("section", { class: "card" }, make("h2", null, themeName(theme)),
    make("ul", { class: "headlines" }, found.map((f, n) => make("li", { class: n < 2 && "big" }, headline(f)))), themeChart(found));
}

function headline(f) {
  const unit = indicators.get(f.indicator_id).unit_id, known = changeOf(f);
  return [
    make("a", { href: indicatorLink(f.indicator_id, f.observation_id) }, indicatorName(f.indicator_id)),
    make("span", { class: "amount" }, f.obs_value === null ? interval(f.lower, f.upper) : withUnit(f.obs_value, unit),
      !SIGNS[unit] && make("small", null, ` ${unitName(unit)}`)),
    f.lower !== f.upper && make("span", { class: "bounds" }, interval(f.lower, f.upper)),
    known && make("span", { class: "change" }, known),
  ];
}

// Growth if it is known, else the change; as published, else as the levels give it.
function changeOf(f) {
  const rows = table.growth.filter((g) => g.indicator_id === f.indicator_id && g.ref_area === f.ref_area && g.lag === "P1Y" &&
    g.breakdown === f.breakdown && g.period_end === f.period_end && (f.at_day || g.time_period === f.time_period));
  const best = rows.find((g) => g.measure === "growth") ?? rows[0];
  if (!best) return null;
  const [low, high] = best.published_print ? [best.published_lower, best.published_upper] : rounded(best.computed_lower, best.computed_upper);
  const sign = low > 0 ? "▲" : high < 0 ? "▼" : "≈";
  return `${sign} ${interval(low, high)}${best.measure === "growth" ? " %" : ""} ${t("onYear")}`;
}

// One small chart for a theme: a series of a headline figure here, else figures of one unit side by side, else a series of
// another area, else nothing.
function themeChart(found) {
  const lines = found.flatMap((f) => seriesOf(f.indicator_id)).filter((s) => s.line[0].breakdown === "" && new Set(s.line.map((f) => f.period_end)).size > 2)
    .sort((a, b) => b.line.length - a.line.length);
  const here = lines.find((s) => s.line[0].ref_area === found[0].ref_area);
  const alike = found.filter((f) => f.obs_value !== null && ["stock", "flow"].includes(indicators.get(f.indicator_id).nature));
  const [unit, group] = [...grouped(alike, (f) => indicators.get(f.indicator_id).unit_id)].sort((a, b) => b[1].length - a[1].length)[0] ?? [null, []];
  if (!here && group.length > 1) {
    return chart("bars", group.toSorted((a, b) => b.obs_value - a.obs_value).map((f) => ({ label: indicatorName(f.indicator_id), ...point(f) })), unitName(unit));
  }
  const shown = here ?? lines[0];
  if (!shown) return null;
  const { indicator_id: id, ref_area: area, span } = shown.line[0];
  return chart("series", pointsOf(shown), `${areaName(area)}${t("colon")}${indicatorName(id)} (${unitName(indicators.get(id).unit_id)}, ${spanName(span)}). ${t("axis")}`);
}

function promised() {
  const rows = table.actions.filter((a) => a.status === "planned" && a.source_id === bulletin);
  if (!rows.length) return null;
  const list = ([due, actions]) => make("div", { class: "due" }, make("h3", null, due ? `${t("due")}${t("colon")}${period(due)}` : t("noDate")),
    make("ul", { class: "plain" }, actions.map((a) => make("li", null, a[`title_${language}`],
      a.target_printed && [" (", chinese(a.target_printed), ")"], make("span", { class: "tag" }, themeName(a.theme_id))))));
  return section(t("committed"), make("p", null, t("committedLead", rows.length)),
    make("div", { class: "dues" }, [...grouped(rows, (a) => a.due)].map(list)));
}

// Tiles are buttons: the darker, the more a city did.
function cityMap() {
  if (!table.actions.length) return null;
  const by = grouped(table.actions, (a) => a.ref_area), told = make("div", { class: "acts", role: "status" });
  const choose = (code, tile) => {
    for (const other of told.parentNode.querySelectorAll(".tile")) other.setAttribute("aria-pressed", String(other === tile));
    const rows = by.get(code) ?? [];
    told.replaceChildren(make("h3", null, t("actionsOf", areaName(code), rows.length)), rows.length
      ? make("ul", { class: "plain" }, rows.map((a) => make("li", null, a[`title_${language}`],
        make("span", { class: "tag" }, `${themeName(a.theme_id)} · ${t(a.status)}${a.due ? ` · ${period(a.due)}` : ""}`))))
      : make("p", null, t("noActions")));
  };
  const tiles = Object.entries(TILES).map(([code, [x, y]]) => {
    const count = by.get(code)?.length ?? 0;
    const tile = button([areaName(code), make("b", null, String(count))], () => choose(code, tile), { class: `tile x${x} y${y} n${Math.min(count, 3)}`, "aria-pressed": "false" });
    return tile;
  });
  const whole = button([`${areaName("320000")} (${t("provinceWide")})`, make("b", null, String(by.get("320000")?.length ?? 0))],
    () => choose("320000", whole), { class: "tile province n0", "aria-pressed": "false" });
  const map = section(t("map"), make("p", null, t("mapLead")), make("div", { class: "mapped" }, make("div", { class: "map", role: "group", "aria-label": t("map") }, tiles, whole), told));
  const first = Object.keys(TILES).find((code) => by.has(code));
  choose(first ?? "320000", first ? tiles[Object.keys(TILES).indexOf(first)] : whole);
  return map;
}
