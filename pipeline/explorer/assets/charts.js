// Charts: the specifications come from Python (charts.py), the rows from here. Vega's interpreter needs no eval.

const bare = { actions: false, renderer: "svg", ast: true, defaultStyle: false, tooltip: (_, event, item, value) => tip(event, value) };

function tip(event, value) {
  const node = at("tip");
  node.hidden = !value;
  if (!value) return;
  node.textContent = plain(value);
  node.style.left = `${Math.max(8, Math.min(event.clientX + 14, innerWidth - node.offsetWidth - 8))}px`;
  node.style.top = `${Math.max(8, event.clientY - node.offsetHeight - 10)}px`;
}

// A figure element whose drawing comes once it stands in the page; a narrow one gets shorter labels.
function chart(kind, rows, caption) {
  const stage = make("div", { class: `stage ${kind}` });
  const spec = structuredClone(data.charts[kind][language]);
  spec.data.values = rows;
  const draw = () => {
    const axis = spec.encoding?.y?.axis;
    if (axis?.labelLimit) axis.labelLimit = Math.min(axis.labelLimit, stage.clientWidth * 0.4);
    vegaEmbed(stage, spec, bare).then(({ view }) => { stage.dataset.drawn = view.data("figures").length; });
  };
  new IntersectionObserver((seen, watch) => { if (seen.some((s) => s.isIntersecting)) { watch.disconnect(); draw(); } }, { rootMargin: "300px" }).observe(stage);
  addEventListener("beforeprint", () => stage.isConnected && !stage.dataset.drawn && draw(), { once: true });
  stage.setAttribute("aria-hidden", "true");
  return make("figure", null, stage, make("figcaption", null, caption));
}

const told = (f) => `${indicatorName(f.indicator_id)}, ${areaName(f.ref_area)}, ${when(f)}: ${withUnit(f.obs_value, indicators.get(f.indicator_id).unit_id)} (${interval(f.lower, f.upper)})`;
const point = (f) => ({ day: f.period_end, value: f.obs_value, lower: f.lower, upper: f.upper, told: told(f) });

// The series of an indicator, those with most figures first; each with its gaps, in order of time.
function seriesOf(id) {
  const key = (f) => JSON.stringify([f.ref_area, f.breakdown, f.span]);
  const lines = grouped((figuresOf.get(id) ?? []).filter((f) => f.is_current), key);
  const gaps = grouped(table.gaps.filter((g) => g.indicator_id === id), key);
  return [...lines].map(([k, line]) => ({ key: k, line: line.toSorted((a, b) => a.period_end < b.period_end ? -1 : 1), gaps: gaps.get(k) ?? [] }))
    .sort((a, b) => b.line.length - a.line.length || (a.key < b.key ? -1 : 1));
}
const pointsOf = ({ line, gaps }) => [...line.map(point), ...gaps.map((g) => ({ day: g.period_end, value: null, lower: null, upper: null }))]
  .sort((a, b) => a.day < b.day ? -1 : 1);
