// The result's metrics, by dialect; fetched when they are looked at.

import { isAbort, json } from "./api.js";
import { byId, make, press, showError } from "./dom.js";
import { get, on } from "./state.js";
import { isOpen, onOpen } from "./tabs.js";

/** @typedef {import("./options.js").Metric} Metric */

let dialect = "plain";
/** @type {Record<string, Metric[]>} */
let words = {};
let current = new AbortController();

async function show() {
  const { result } = get();
  if (!result || !isOpen("metrics")) return;
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const place = byId("metrics");
  place.setAttribute("aria-busy", "true");
  if (!place.querySelector("table")) place.replaceChildren(...Array.from({ length: 9 }, () => make("div", { class: "skeleton" })));
  try {
    const { metrics } = await json(`${result.links.metrics}?dialect=${dialect}`, { signal });
    place.replaceChildren(table(metrics));
  } catch (error) {
    if (isAbort(error)) return;
    const problem = make("div", { class: "error", role: "alert" });
    showError(problem, /** @type {Error} */ (error), { label: "Try again", act: show });
    place.replaceChildren(problem);
  }
  place.setAttribute("aria-busy", "false");
}

/** @param {Record<string, number | null>} values */
function table(values) {
  const rows = Object.entries(values).map(([name, value]) => {
    const { title = "", unit = "", better = "", source = "" } = words[dialect]?.find((metric) => metric.name === name) ?? {};
    const arrow = better && make("abbr", { title: `${better} is better` }, better === "higher" ? "↑" : "↓");
    return make("tr", { title: source },
      make("th", { scope: "row" }, make("b", {}, name, " ", arrow), make("small", {}, title)),
      make("td", {}, shown(value), make("small", {}, unit)));
  });
  const head = make("tr", {}, make("th", { scope: "col" }, "Metric"), make("th", { scope: "col" }, "Value"));
  return make("table", {}, make("caption", { class: "visually-hidden" }, `Metrics, dialect ${dialect}`), make("thead", { class: "visually-hidden" }, head), make("tbody", {}, ...rows));
}

/** @param {number | null} value */
function shown(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  return value !== 0 && Math.abs(value) < 0.1 ? value.toFixed(4) : value.toFixed(3);
}

/** @param {string[]} dialects that the service knows @param {Record<string, Metric[]>} metrics by dialect */
export function setDialects(dialects, metrics) {
  words = metrics;
  const buttons = dialects.map((name) => {
    const button = make("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      dialect = name;
      press(buttons, button);
      show();
    });
    return button;
  });
  byId("dialects").replaceChildren(...buttons);
  if (buttons.length) {
    dialect = dialects[0];
    press(buttons, buttons[0]);
  }
}

export function startMetrics() {
  onOpen("metrics", show);
  on(["result"], show);
}
