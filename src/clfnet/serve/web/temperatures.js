// The result in °C, where the infrared image measures: under the pointer, in spots and in boxes.

import { isAbort, request } from "./api.js";
import { all, byId, icon, make, showError } from "./dom.js";
import { get, on } from "./state.js";
import { isOpen } from "./tabs.js";
import { draw, pixelAt, setMarks } from "./viewer.js";

/** @typedef {{name: string, x: number, y: number, width: number, height: number}} Region in pixels of the result */
/** @typedef {{x: number, y: number}} Pixel */

/** Of the result, row by row; NaN where there is none. @type {Float32Array | null} */
let celsius = null;
const size = { width: 0, height: 0 };
/** @type {Region[]} */
let regions = [];
/** What is being drawn. @type {Region | null} */
let drawing = null;
const numbers = { S: 0, B: 0 };
let current = new AbortController();

/** @param {number} value */
const degrees = (value) => (Number.isNaN(value) ? "–" : value.toFixed(1));

/** The temperature of a pixel as text; nothing where the result has none. @param {Pixel} pixel */
export const temperatureAt = ({ x, y }) => (celsius ? `${degrees(celsius[y * size.width + x])} °C` : "");

/** Fetch the temperatures of a new result, and show what there is. */
async function load() {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const { result } = get();
  celsius = null;
  const link = result?.links.celsius;
  if (result && link) {
    try {
      const data = await (await request(link, { signal })).arrayBuffer();
      signal.throwIfAborted();
      celsius = floats(data);
      Object.assign(size, { width: result.width, height: result.height });
    } catch (error) {
      if (isAbort(error)) return;
      showError(byId("temperature-error"), /** @type {Error} */ (error));
    }
  }
  byId("tab-temperature").hidden = !celsius;
  if (!celsius && isOpen("temperature")) byId("tab-adjust").click();
  show();
}

/** Little-endian numbers, whatever this machine has. @param {ArrayBuffer} data */
function floats(data) {
  const view = new DataView(data);
  return Float32Array.from({ length: data.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
}

/** @param {Region} region */
const isInside = ({ x, y, width, height }) => x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= size.width && y + height <= size.height;

/** @param {Region} region */
function statistics({ x, y, width, height }) {
  let [low, high, sum, count] = [Infinity, -Infinity, 0, 0];
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++) {
      const value = celsius?.[row * size.width + column] ?? NaN;
      if (Number.isNaN(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value;
      count++;
    }
  }
  return count ? { low, mean: sum / count, high } : { low: NaN, mean: NaN, high: NaN };
}

/** Show marks and numbers of what lies in the result. */
function show() {
  const shown = celsius ? regions.filter(isInside) : [];
  setMarks(drawing ? [...shown, drawing] : shown);
  const whole = { name: "whole", x: 0, y: 0, ...size };
  byId("temperatures").replaceChildren(...(celsius ? [whole, ...shown].map(row) : []));
}

/** @param {Region} region */
function row(region) {
  const { low, mean, high } = statistics(region);
  const cells = region.width * region.height === 1 ? ["", degrees(mean), ""] : [low, mean, high].map(degrees);
  const last = make("td");
  if (regions.includes(region)) {
    const remove = make("button", { type: "button", class: "ghost icon-only", "aria-label": `Remove ${region.name}` }, icon("close"));
    remove.addEventListener("click", () => {
      regions = regions.filter((each) => each !== region);
      show();
    });
    last.append(remove);
  }
  return make("tr", {}, make("th", { scope: "row" }, region.name), ...cells.map((cell) => make("td", {}, cell)), last);
}

/** The pixels from one to another. @param {Pixel} from @param {Pixel} to @param {string} name @returns {Region} */
function between(from, to, name) {
  const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
  return { name, x, y, width: Math.abs(to.x - from.x) + 1, height: Math.abs(to.y - from.y) + 1 };
}

/** @param {Omit<Region, "name">} place */
function add(place) {
  const kind = place.width * place.height === 1 ? "S" : "B";
  regions = [...regions, { ...place, name: `${kind}${++numbers[kind]}` }];
  show();
}

/** Shift and a click make a spot, Shift and a drag a box. @param {HTMLElement} pane */
function listen(pane) {
  /** @type {Pixel | null} */
  let from = null;
  const take = (/** @type {Event} */ event) => (event.stopPropagation(), event.preventDefault());
  pane.addEventListener("pointerdown", (event) => {
    from = event.shiftKey && celsius ? pixelAt(pane, event) : null;
    if (from) take(event);
  }, { capture: true });
  pane.addEventListener("pointermove", (event) => {
    const to = from && pixelAt(pane, event);
    if (!from || !to) return;
    drawing = between(from, to, "");
    show();
  });
  pane.addEventListener("pointerup", (event) => {
    if (!from) return;
    const to = pixelAt(pane, event);
    if (to) add(between(from, to, ""));
    from = drawing = null;
    show();
  });
}

/** @param {SubmitEvent} event */
function typed(event) {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (byId("region"));
  const given = field.value.split(",").map((part) => (part.trim() ? Number(part) : NaN));
  const [x, y, width = 1, height = 1] = given;
  const place = { x, y, width, height };
  const isRegion = [2, 4].includes(given.length) && Object.values(place).every(Number.isInteger) && isInside({ name: "", ...place });
  const text = `A spot must be X, Y and a box X, Y, width, height, inside of ${size.width}×${size.height} pixels, got “${field.value}”.`;
  showError(byId("temperature-error"), isRegion ? null : new Error(text));
  if (!isRegion) return;
  add(place);
  field.value = "";
}

export function startTemperatures() {
  for (const pane of all(byId("stage"), ".pane")) listen(pane);
  byId("region-form").addEventListener("submit", (event) => typed(/** @type {SubmitEvent} */ (event)));
  on(["result"], () => load().then(draw));
}
