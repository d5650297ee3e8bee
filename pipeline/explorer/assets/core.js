"use strict";
// Data by name, elements by hand. Nothing on this page makes markup of a text: `make` puts text into text nodes.

const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);

// Rows of a table as objects.
const table = Object.fromEntries(Object.entries(data.tables).map(([name, { columns, rows }]) =>
  [name, rows.map((row) => Object.fromEntries(columns.map((column, n) => [column, row[n]])))]));
data.tables = null;

const keyed = (rows, key) => new Map(rows.map((row) => [row[key], row]));
const grouped = (rows, key) => {
  const groups = new Map();
  for (const row of rows) groups.has(key(row)) ? groups.get(key(row)).push(row) : groups.set(key(row), [row]);
  return groups;
};
const indicators = keyed(table.indicators, "indicator_id");
const units = keyed(table.units, "unit_id");
const areas = keyed(table.areas, "code");
const themes = keyed(table.themes, "theme_id");
const sources = keyed(table.sources, "source_id");
const figures = keyed(table.observations, "observation_id");
const perCapita = keyed(table.per_capita, "observation_id");
const figuresOf = grouped(table.observations, (f) => f.indicator_id);

// What could hide or reorder text is spelt out, in titles and attributes too.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;
const plain = (text) => String(text).replace(HIDDEN, (c) => c === "\n" || c === "\t" ? c :
  `‹U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}›`);

function make(tag, attributes, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, plain(value));
  }
  for (const each of inside.flat(3)) {
    if (each !== null && each !== undefined && each !== false && each !== "") {
      node.append(each instanceof Node ? each : plain(each));
    }
  }
  return node;
}

// Only addresses of the web become links; anything else a source calls its address stays text.
const isWeb = (address) => /^https?:\/\/[^\s]+$/i.test(address ?? "");
const outward = (address, ...inside) => isWeb(address)
  ? make("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, inside) : make("span", null, inside);

const chinese = (text) => make("span", { lang: "zh-Hans" }, text);
const button = (words, act, attributes) => make("button", { type: "button", ...attributes, on: { click: act } }, words);
const section = (title, ...inside) => make("section", null, make("h2", null, title), inside);
const indicatorLink = (id, figure) =>
  "#" + new URLSearchParams({ indicator: id, ...(figure ? { figure } : {}) }).toString();
const say = (words) => { at("said").textContent = words; };
