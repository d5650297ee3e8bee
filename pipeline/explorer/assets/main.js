// Which page is shown: the address says it, so that every page can be linked to.

const VIEWS = { overview, indicators: indicatorList, table: tablePage, quality: qualityPage };
const MEDIA = matchMedia("(prefers-color-scheme: dark)");

// Show what the address names. With an id, that element keeps the focus; after a link, the heading gets it.
function show(focus) {
  const address = new URLSearchParams(location.hash.slice(1)), id = address.get("indicator"), [first] = address.keys();
  const name = id !== null ? "indicators" : Object.hasOwn(VIEWS, first ?? "") ? first : "overview";
  at("main").replaceChildren(...(id !== null ? indicatorPage(id, address.get("figure")) : VIEWS[name]()).flat(2).filter(Boolean));
  frame(name);
  document.title = plain(`${at("main").querySelector("h1").textContent} · Minsheng`);
  if (focus === undefined) return;
  const target = (focus && at(focus)) || at("main").querySelector("h1");
  if (!focus) { target.tabIndex = -1; scrollTo(0, 0); }
  target.focus({ preventScroll: true });
}

function frame(name) {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  at("nav").setAttribute("aria-label", t("views"));
  at("nav").replaceChildren(...Object.keys(VIEWS).map((each) => make("a", { href: `#${each}`, "aria-current": each === name && "page" }, t(each))));
  at("skip").textContent = t("skip");
  at("language").textContent = t("other");
  at("language").lang = language === "zh" ? "en" : "zh-Hans";
  at("theme").textContent = isDark() ? t("toLight") : t("toDark");
  at("foot").replaceChildren(make("p", null, t("foot", [data.about.data_version, data.about.minsheng_version].filter(Boolean)[0] ?? "")));
}

const isDark = () => document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : MEDIA.matches;
function paint(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

at("skip").addEventListener("click", (e) => { e.preventDefault(); at("main").focus(); });
at("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; kept("minsheng-language", language); show("language"); });
at("theme").addEventListener("click", () => { paint(isDark() ? "light" : "dark"); kept("minsheng-theme", document.documentElement.dataset.theme); at("theme").textContent = isDark() ? t("toLight") : t("toDark"); });
addEventListener("hashchange", () => show(null));
addEventListener("keydown", (e) => { if (e.key === "Escape") at("tip").hidden = true; });
paint(kept("minsheng-theme"));
show();
