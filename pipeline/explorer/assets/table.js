// All figures: searched, filtered, sorted, taken away.

const FILTERS = { theme: (f) => indicators.get(f.indicator_id).theme_id, area: (f) => f.ref_area, period: (f) => f.time_period, source: (f) => f.source_id, evidence: (f) => f.evidence };
const wanted = { text: "", theme: "", area: "", period: "", source: "", evidence: "" };

// What is searched: the same columns, in the same order, as the query names.
const SEARCHED = ["observation_id", "indicator_id", "indicator_zh", "indicator_en", "ref_area", "area_zh", "area_en", "time_period", "breakdown_zh", "breakdown_en", "as_printed", "source_title_zh", "note"];
const searchable = (f) => {
  const i = indicators.get(f.indicator_id), a = areas.get(f.ref_area), codes = f.breakdown ? f.breakdown.split(", ").map((c) => codeNames.get(c)) : [];
  return [f.observation_id, f.indicator_id, i.name_zh, i.name_en, f.ref_area, a.name_zh, a.name_en, f.time_period,
    ...(codes.length ? [codes.map((c) => c.name_zh).join(", "), codes.map((c) => c.name_en).join(", ")] : []), f.as_printed, sources.get(f.source_id).title_zh, f.note]
    .filter((each) => each !== null).join(" ").toLowerCase();
};
const searchWords = () => wanted.text.toLowerCase().split(/\s+/).filter(Boolean);

function matching() {
  const words = searchWords(), filters = Object.entries(FILTERS).filter(([name]) => wanted[name]);
  return table.observations.filter((f) => filters.every(([name, of]) => of(f) === wanted[name]) &&
    (!words.length || words.every((w) => (f.searched ??= searchable(f)).includes(w))));
}

const COLUMNS_OF = { area: "ref_area", period: "time_period", source: "source_id", evidence: "evidence" };
const literal = (text) => `'${text.replaceAll("'", "''")}'`;
function sqlOf() {
  const text = `lower(concat_ws(' ', ${SEARCHED.join(", ")}))`;
  const where = [
    ...searchWords().map((w) => `contains(${text}, ${literal(w)})`),
    ...(wanted.theme ? [`indicator_id IN (SELECT indicator_id FROM indicators WHERE theme_id = ${literal(wanted.theme)})`] : []),
    ...Object.entries(COLUMNS_OF).filter(([name]) => wanted[name]).map(([name, c]) => `${c} = ${literal(wanted[name])}`),
  ];
  return `SELECT ${TAKEN.join(", ")}\nFROM flat${where.length ? `\nWHERE ${where.join("\n  AND ")}` : ""}\nORDER BY observation_id`;
}

// What is taken away, by name as in the view flat.
const TAKEN = ["observation_id", "indicator_id", "indicator_zh", "indicator_en", "ref_area", "time_period", "breakdown", "obs_value", "lower", "upper", "unit_id", "as_printed", "evidence", "source_id", "note"];
const taken = (f) => ({ ...f, indicator_zh: indicators.get(f.indicator_id).name_zh, indicator_en: indicators.get(f.indicator_id).name_en, breakdown: f.breakdown || null, unit_id: indicators.get(f.indicator_id).unit_id });
const cells = (rows) => rows.map((f) => { const row = taken(f); return TAKEN.map((c) => row[c] === null ? "" : String(row[c])); });
const quotedCell = (text) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const asCsv = (rows) => [TAKEN, ...cells(rows)].map((row) => row.map(quotedCell).join(",") + "\r\n").join("");
const marked = (text) => text.replace(/[\\|`*_<>[\]]/g, "\\$&").replace(/\s+/g, " ");
const asMarkdown = (rows) => [TAKEN, TAKEN.map(() => "---"), ...cells(rows).map((row) => row.map(marked))].map((row) => `| ${row.join(" | ")} |\n`).join("");

async function copy(text, what) {
  const area = make("textarea", { class: "unseen" });
  try { await navigator.clipboard.writeText(text); } catch {
    area.value = text;
    document.body.append(area);
    area.select();
    if (!document.execCommand("copy")) what = null;
    area.remove();
  }
  say(what ? t("copied", what) : t("notCopied"));
}

async function saved(name) {
  const packed = new Blob([Uint8Array.from(atob(data.files[name]), (c) => c.charCodeAt(0))]);
  const file = await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).blob();
  const link = make("a", { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
const downloads = () => make("p", { class: "bar" }, t("built"), data.downloads.map((name) => data.beside
  ? make("a", { href: `${encodeURIComponent(data.beside)}/${name}`, download: name }, name) : button(name, () => saved(name))));

function tablePage() {
  const place = make("div"), told = make("p", { role: "status", id: "shown" }), sql = make("code", null), c = figureColumns();
  let now;
  const refresh = () => {
    const rows = matching();
    now = grid([c.indicator, c.area, c.period, c.breakdown, c.exact, c.printed, c.evidence, c.source, c.id], rows, { label: t("table") });
    place.replaceChildren(now);
    told.textContent = t("shown", rows.length.toLocaleString("en"), table.observations.length.toLocaleString("en"));
    sql.textContent = sqlOf();
  };
  const names = { theme: themeName, area: areaName, period, source: (id) => `${id} · ${sources.get(id).title_zh}`, evidence: t };
  const choices = Object.entries(FILTERS).map(([name, of]) => make("label", { class: "field" }, t(name), make("select", { id: `filter-${name}`, on: { change: (e) => { wanted[name] = e.target.value; refresh(); } } },
    make("option", { value: "" }, t("all")), [...new Set(table.observations.map(of))].sort().map((value) => make("option", { value, selected: wanted[name] === value }, names[name](value))))));
  const search = make("input", { type: "search", id: "search", value: wanted.text, placeholder: t("findHint"), autocomplete: "off", on: { input: (e) => { wanted.text = e.target.value; refresh(); } } });
  const clear = button(t("clear"), () => { for (const name of Object.keys(wanted)) wanted[name] = ""; show("search"); });
  refresh();
  return [
    make("div", { class: "lead" }, make("h1", null, t("table")), make("p", null, t("tableLead", table.observations.length.toLocaleString("en")))),
    make("div", { class: "filters" }, make("label", { class: "field grow" }, t("search"), search), choices, clear),
    make("div", { class: "bar" }, told, button(t("copyCsv"), () => copy(asCsv(now.sorted()), "CSV")), button(t("copyMarkdown"), () => copy(asMarkdown(now.sorted()), "Markdown"))),
    place, section(t("sql"), make("p", null, t("sqlLead")), make("pre", { tabindex: "0", id: "sql", "aria-label": t("sql") }, sql), button(t("copySql"), () => copy(sqlOf(), "SQL"))),
    section(t("download"), downloads()),
  ];
}
