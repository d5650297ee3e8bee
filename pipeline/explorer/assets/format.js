// Numbers and periods as a reader of the language writes them. Printed bounds are shown whole; computed ones are rounded
// outward, so that what is shown still holds what may be true.

const decimal = (x, places = 10) => x.toLocaleString("en", { maximumFractionDigits: places });
const tidy = (x) => Number(x.toPrecision(15));
function amount(x) {
  if (x === null || x === undefined) return "–";
  if (language === "zh" && Math.abs(x) >= 1e8) return decimal(tidy(x / 1e8)) + "亿";
  if (language === "zh" && Math.abs(x) >= 1e4) return decimal(tidy(x / 1e4)) + "万";
  return decimal(tidy(x));
}
const percent = (x) => `${decimal(Number(x.toPrecision(2)))}${language === "zh" ? "%" : " %"}`;

// How a value is written with its unit: 682,100 · 5.23 %.
const SIGNS = { percent: "%", permille: "‰" };
const withUnit = (x, unit) => SIGNS[unit] ? `${amount(x)} ${SIGNS[unit]}` : amount(x);

function interval(low, high) {
  if (low === null && high === null) return t("unbounded");
  if (low === high) return amount(low);
  return `${low === null ? "−∞" : amount(low)} … ${high === null ? "∞" : amount(high)}`;
}

// The place to which a computed interval is worth showing: a tenth of its width.
function rounded(low, high) {
  if (low === null || high === null || !(high > low)) return [low, high];
  const place = 10 ** (Math.floor(Math.log10(high - low)) - 1);
  if (place < Math.abs(high) * 1e-12) return [low, high];
  return [tidy(Math.floor(low / place) * place), tidy(Math.ceil(high / place) * place)];
}
const computedInterval = (low, high) => interval(...rounded(low, high));
function computedValue(x, low, high) {
  if (x === null || low === null || high === null || !(high > low)) return x === null ? "–" : amount(Number(x.toPrecision(6)));
  const place = 10 ** (Math.floor(Math.log10(high - low)) - 1);
  return amount(tidy(Math.round(x / place) * place));
}

function exactness(f) {
  if (f.lower === null && f.upper === null) return t("noBound");
  if (f.upper === null) return t("atLeast", amount(f.lower));
  if (f.lower === null) return t("atMost", amount(f.upper));
  if (f.lower === f.upper) return t("exactly");
  const half = tidy((f.upper - f.lower) / 2);
  const share = f.obs_value ? percent(100 * half / Math.abs(f.obs_value)) : "";
  return `${t("between", amount(f.lower), amount(f.upper))}${t("colon")}${t("halfWidth", amount(half), share)}`;
}

function day(text) {
  const [year, month, date] = text.split("-").map(Number);
  return language === "zh" ? `${year}年${month}月${date}日` : `${date} ${t("months")[month - 1]} ${year}`;
}
function period(text) {
  const [, year, part, month, date] = /^(\d{4})(?:-([SQ]\d))?(?:-(\d\d))?(?:-(\d\d))?$/.exec(text) ?? [];
  if (!year) return text;
  if (date) return day(text);
  if (part) return language === "zh" ? `${year}年${t("periods")[part]}` : `${t("periods")[part]} ${year}`;
  if (month) return language === "zh" ? `${year}年${Number(month)}月` : `${t("months")[month - 1]} ${year}`;
  return language === "zh" ? `${year}年` : year;
}
const when = (f) => f.at_day ? day(f.period_end) : period(f.time_period);
const spanName = (span) => t("spans")[span] ?? span;
