// Where the fused image comes from: an overlay on it, and infrared's shares.

import { isAbort, json, picture } from "./api.js";
import { byId, make, percent, showError } from "./dom.js";
import { get, on } from "./state.js";
import { isOpen, onOpen } from "./tabs.js";
import { onToggleOverlay, setOverlay } from "./viewer.js";

/** @type {ImageBitmap | null} */
let map = null;
let explained = ""; // the id of the result it is of
let current = new AbortController();

const shown = () => /** @type {HTMLInputElement} */ (byId("origin-shown"));
const opacity = () => /** @type {HTMLInputElement} */ (byId("origin-opacity"));

async function show() {
  const { result } = get();
  if (explained !== result?.id) {
    explained = "";
    setOverlay(null, 0);
    map?.close();
    map = null;
  }
  if (!result || !isOpen("origin") || explained) return;
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const place = byId("shares");
  place.replaceChildren(...Array.from({ length: 3 }, () => make("div", { class: "skeleton" })));
  try {
    const shares = await json(result.links.explain, { signal });
    place.replaceChildren(...bars(shares));
    map = await picture(`${result.links.explain}.png`, signal);
    signal.throwIfAborted();
    explained = result.id;
    lay();
  } catch (error) {
    if (isAbort(error)) return;
    const problem = make("div", { class: "error", role: "alert" });
    showError(problem, /** @type {Error} */ (error), { label: "Try again", act: show });
    place.replaceChildren(problem);
  }
}

/** @param {{overall: number, hottest: number, grid: number[][]}} shares of infrared, in [0, 1] */
function bars({ overall, hottest, grid }) {
  return [bar("Whole image", overall), bar("Where it is hottest", hottest), cells(grid)];
}

/** @param {string} name @param {number} share */
function bar(name, share) {
  const fill = make("span");
  fill.style.inlineSize = `${share * 100}%`;
  const text = `${percent(share)} infrared, ${percent(1 - Math.round(share * 100) / 100)} visible`;
  return make("div", { class: "share" }, make("b", {}, name), make("div", { class: "split", "aria-hidden": "true" }, fill), make("small", {}, text));
}

/** @param {number[][]} grid */
function cells(grid) {
  const rows = grid.map((row) => make("tr", {}, ...row.map((share) => {
    const cell = make("td", {}, percent(share));
    cell.style.setProperty("--share", `${share * 100}%`);
    return cell;
  })));
  return make("table", { class: "cells" }, make("caption", {}, "Infrared's share by place"), make("tbody", {}, ...rows));
}

/** Lay the map on the picture, while the panel is open and it is wanted. */
function lay() {
  byId("origin-opacity-value").textContent = `${opacity().value} %`;
  setOverlay(shown().checked && isOpen("origin") ? map : null, Number(opacity().value) / 100);
}

export function startOrigin() {
  onOpen("origin", () => (show(), lay()));
  for (const other of ["adjust", "metrics", "temperature", "share"]) onOpen(other, lay);
  on(["result"], show);
  shown().addEventListener("change", lay);
  opacity().addEventListener("input", lay);
  onToggleOverlay(() => {
    if (isOpen("origin")) shown().checked = !shown().checked;
    else byId("tab-origin").click();
    lay();
  });
}
