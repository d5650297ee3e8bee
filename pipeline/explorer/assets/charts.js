// Charts: the specifications come from Python (charts.py), the rows from here. Vega's interpreter needs no eval.

// It empties an element through innerHTML; that and nothing else passes as markup.
globalThis.trustedTypes?.createPolicy("default", { createHTML: (text) => text === "" ? text : null });

const bare = { actions: false, logLevel: 1, renderer: "svg", ast: true, defaultStyle: false, tooltip: (_, event, item, value) => tip(event, value) };

function tip(event, value) {
  const node = at("tip");
  node.hidden = !value;
  if (!value) return;
  node.textContent = plain(value);
  node.style.left = `${Math.max(8, Math.min(event.clientX + 14, innerWidth - node.offsetWidth - 8))}px`;
  node.style.top = `${Math.max(8, event.clientY - node.offsetHeight - 10)}px`;
}

// A name in as many lines as it needs: a Chinese character takes about twelve pixels, a Latin one seven.
function broken(label, room) {
  const lines = [""], size = (text) => [...text].reduce((sum, c) => sum + (c > "\u2e80" ? 12.5 : 7), 0);
  for (const piece of label.match(/[^\s\u2e80-\uffff]+\s*|[\s\u2e80-\uffff]/gu) ?? []) {
    if (lines.at(-1) && size(lines.at(-1) + piece.trimEnd()) > room) lines.push("");
    lines.push(lines.pop() + piece);
  }
  return lines.map((line) => line.trim()).join("\n");
}

// A figure element; it is drawn once it comes near what is seen.
function chart(kind, rows, caption) {
  const stage = make("div", { class: `stage ${kind}` });
  const spec = structuredClone(data.charts[kind][language]);
  spec.data.values = rows.map((row, n) => ({ row: n, ...row }));
  if (kind === "areas") {  // one legend for both: colour and shape tell apart the same
    const domain = [...new Set(rows.map((row) => row.area))];
    for (const channel of ["color", "shape"]) Object.assign(spec.encoding[channel].scale ??= {}, { domain });
  }
  if (kind === "checks") {  // as wide as what lies furthest out, and the same to both sides
    const far = Math.max(1, ...rows.flatMap((row) => [row.lower, row.upper, row.sum_lower, row.sum_upper].map(Math.abs))) * 1.05;
    for (const { encoding: { x } } of spec.layer) if (x.scale) x.scale.domain = [-far, far];
  }
  const draw = () => {
    if (spec.height.step) {
      for (const row of spec.data.values) row.label = broken(row.label, stage.clientWidth - 24);
      const lines = Math.max(1, ...spec.data.values.map((row) => row.label.split("\n").length));
      spec.height = (spec.height.step + 15 * (lines - 1)) * rows.length;
    }
    vegaEmbed(stage, spec, bare).then(({ view }) => { stage.dataset.drawn = view.data("figures").length; });
  };
  new IntersectionObserver((seen, watch) => { if (seen.some((s) => s.isIntersecting)) { watch.disconnect(); draw(); } }, { rootMargin: "300px" }).observe(stage);
  addEventListener("beforeprint", () => stage.isConnected && !stage.dataset.drawn && draw(), { once: true });
  stage.setAttribute("aria-hidden", "true");
  return make("figure", null, stage, make("figcaption", null, caption));
}

const told = (f) => `${[indicatorName(f.indicator_id), areaName(f.ref_area), when(f)].join(t("comma"))}${t("colon")}${withUnit(f.obs_value, indicators.get(f.indicator_id).unit_id)} (${interval(f.lower, f.upper)})`;
// Where a figure stands in time: a stock at its day, a flow in the middle of its period.
const midst = (f) => f.at_day ? f.period_end : new Date((Date.parse(f.period_start) + Date.parse(f.period_end)) / 2).toISOString().slice(0, 10);
const point = (f) => ({ day: midst(f), value: f.obs_value, lower: f.lower, upper: f.upper, told: told(f) });

// The series of an indicator, those with most figures first; each with its gaps, in order of time.
function seriesOf(id) {
  const key = (f) => JSON.stringify([f.ref_area, f.breakdown, f.span]);
  const lines = grouped((figuresOf.get(id) ?? []).filter((f) => f.is_current), key);
  const gaps = grouped(table.gaps.filter((g) => g.indicator_id === id), key);
  return [...lines].map(([k, line]) => ({ key: k, line: line.toSorted((a, b) => a.period_end < b.period_end ? -1 : 1), gaps: gaps.get(k) ?? [] }))
    .sort((a, b) => b.line.length - a.line.length || (a.key < b.key ? -1 : 1));
}
const pointsOf = ({ line, gaps }) => [...line.map(point), ...gaps.map((g) => ({ day: midst(g), value: null, lower: null, upper: null }))]
  .sort((a, b) => a.day < b.day ? -1 : 1);
