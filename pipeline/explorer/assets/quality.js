// How far the figures can be trusted: what was accounted for, what was compared, what contradicts, what slips are found.

function qualityPage() {
  return [make("div", { class: "lead" }, make("h1", null, t("quality")), make("p", null, t("qualityLead"))), accounted(), sums(), contradictions(), allChecks(), keyingErrors()];
}

function accounted() {
  const passed = grouped(table.passed_over, (p) => p.source_id), by = grouped(table.observations, (f) => f.source_id);
  const rows = table.sources.map((s) => {
    const own = by.get(s.source_id) ?? [], verified = own.filter((f) => f.evidence === "verified").length;
    const over = passed.get(s.source_id) ?? [];
    return { s, verified, keyed: own.length - verified, passed: over.reduce((sum, p) => sum + p.entries, 0), why: over.map((p) => `${t("reasons")[p.reason] ?? p.reason} ${p.entries}`).join(", ") };
  });
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0), all = sum("verified") + sum("keyed");
  const share = (name, n) => make("div", null, level(name), make("progress", { max: all, value: n, "aria-label": t(name) }), make("span", null, `${n} / ${all}`), make("p", { class: "quiet" }, t(`${name}Long`)));
  return section(t("accounted"), make("p", null, t("accountedLead")), make("div", { class: "levels" }, share("verified", sum("verified")), share("keyed", sum("keyed"))), grid([
    column(t("source"), (r) => r.s.source_id, (r) => sourceCell(r.s.source_id), { broad: true }), column(t("area"), (r) => r.s.ref_area, (r) => areaName(r.s.ref_area), { tight: true }), column(t("period"), (r) => r.s.time_period, (r) => period(r.s.time_period), { tight: true }),
    column(t("textHead"), (r) => r.s.has_text, (r) => t(r.s.has_text ? "held" : "notHeld")), column(t("verifiedHead"), (r) => r.verified, null, { number: true }),
    column(t("keyedHead"), (r) => r.keyed, null, { number: true }), column(t("passedHead"), (r) => r.passed, (r) => r.s.has_text ? [String(r.passed), make("small", null, r.why)] : "–", { number: true }),
  ], rows, { label: t("accounted") }));
}

// Totals against sums, in units of what rounding allows. Counts without rounding have no room: they agree or do not.
function sums() {
  const middle = (low, high) => (low + high) / 2;
  const rows = table.checks.filter((c) => (c.kind === "sum" || c.kind === "shares") && c.complete && [c.claimed_lower, c.claimed_upper, c.computed_lower, c.computed_upper].every((x) => x !== null)).map((c) => {
    const room = c.room || 0.5, zero = middle(c.claimed_lower, c.claimed_upper);
    return { label: `${indicatorName(c.indicator_id)} · ${areaName(c.ref_area)} ${period(c.time_period)}${c.breakdown ? ` · ${breakdownName(c.breakdown)}` : ""}`, lower: (c.claimed_lower - zero) / room, upper: (c.claimed_upper - zero) / room,
      sum_lower: (c.computed_lower - zero) / room, sum_upper: (c.computed_upper - zero) / room, sum_value: (middle(c.computed_lower, c.computed_upper) - zero) / room, agrees: c.agrees, told: `${c.claimed_print} = ${c.computed_print}` };
  });
  return rows.length ? section(t("checksPicture"), make("p", null, t("checksPictureLead")), chart("checks", rows, t("checksCount", rows.length, rows.filter((r) => !r.agrees).length))) : null;
}

function contradictions() {
  const rows = table.checks.filter((c) => !c.agrees);
  if (!rows.length) return section(t("contradictionsTitle"), make("p", null, t("noContradictions")));
  return section(t("contradictionsTitle"), make("p", null, t("contradictionsLead")), grid([...checkColumns().slice(1, -1), column(t("reason"), (c) => c.reason, null, { broad: true }), column(t("figure"), null, (c) => figureLinks(c.figures))], rows, { label: t("contradictionsTitle") }));
}

function allChecks() {
  return section(t("checksAll"), make("p", null, t("checksCount", table.checks.length, table.checks.filter((c) => !c.agrees).length)), grid(checkColumns(), table.checks, { label: t("checksAll") }));
}

function keyingErrors() {
  const part = (name, key) => column(t(name), (k) => k[key], null, { number: true });
  return section(t("keyingTitle"), make("p", null, t("keyingLead")), grid([column(t("kind"), null, (k) => t("kinds")[k.group] ?? k.group, { broad: true }), part("errors", "errors"), part("withText", "with_text"), part("without", "without"), part("plainCheck", "plain")],
    data.keying_errors, { label: t("keyingTitle") }));
}
