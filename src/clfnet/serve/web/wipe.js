// The wipe between two images: a slider for pointer and keys, which viewer.js paints by.

import { byId, clamp, find } from "./dom.js";
/** @typedef {import("./viewer.js").Kind} Kind */

let share = 0.5; // of the part of the picture that is seen
let seen = { from: 0, to: 1 }; // that part, in device pixels of the pane
/** @type {() => void} */
let draw = () => {};

const handle = () => byId("wipe-handle");
const select = (/** @type {"left" | "right"} */ side) => byId(`wipe-${side}`);
const kind = (/** @type {"left" | "right"} */ side) => /** @type {Kind} */ (/** @type {HTMLSelectElement} */ (select(side)).value);
const label = (/** @type {"left" | "right"} */ side) => /** @type {HTMLSelectElement} */ (select(side)).selectedOptions[0].text;

/**
 * Where the wipe is now, and what is on its sides.
 * @param {import("./viewer.js").Place} place of the picture
 * @param {number} width of the pane, in device pixels
 */
export function wipeAt(place, width) {
  seen = { from: clamp(place.x, 0, width), to: clamp(place.x + place.width, 0, width) };
  const x = Math.round(seen.from + share * (seen.to - seen.from));
  handle().style.setProperty("--x", `${x / devicePixelRatio}px`);
  return { left: kind("left"), right: kind("right"), x };
}

/** @param {number} wanted in [0, 1] */
function move(wanted) {
  share = clamp(wanted, 0, 1);
  showPosition();
  draw();
}

function showPosition() {
  const value = Math.round(share * 100);
  handle().setAttribute("aria-valuenow", String(value));
  handle().setAttribute("aria-valuetext", `${label("left")} ${value} %, ${label("right")} ${100 - value} %`);
}

function showNames() {
  const pane = /** @type {HTMLElement} */ (handle().parentElement);
  for (const side of /** @type {const} */ (["left", "right"])) {
    const caption = find(pane, `.${side}`);
    caption.textContent = label(side);
    caption.dataset.kind = kind(side);
  }
  find(pane, "canvas").setAttribute("aria-label", `${label("left")} left and ${label("right").toLowerCase()} right of the wipe`);
  showPosition();
  draw();
}

/** @param {PointerEvent} event */
function follow(event) {
  const box = /** @type {HTMLElement} */ (handle().parentElement).getBoundingClientRect();
  const x = (event.clientX - box.left) * devicePixelRatio;
  move((x - seen.from) / (seen.to - seen.from || 1));
}

/** @param {KeyboardEvent} event */
function step(event) {
  const size = event.shiftKey ? 0.1 : 0.01;
  const wanted = {
    ArrowLeft: share - size,
    ArrowDown: share - size,
    ArrowRight: share + size,
    ArrowUp: share + size,
    PageDown: share - 0.1,
    PageUp: share + 0.1,
    Home: 0,
    End: 1,
  }[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  move(wanted);
}

/** @param {() => void} redraw called when the wipe or its pictures change */
export function startWipe(redraw) {
  draw = redraw;
  handle().addEventListener("pointerdown", (event) => {
    handle().setPointerCapture(event.pointerId);
    handle().focus();
  });
  handle().addEventListener("pointermove", (event) => {
    if (handle().hasPointerCapture(event.pointerId)) follow(event);
  });
  handle().addEventListener("keydown", step);
  for (const side of /** @type {const} */ (["left", "right"])) select(side).addEventListener("change", showNames);
  showNames();
}
