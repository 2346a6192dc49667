// The panes: one picture's pixels on several canvases, with zoom and pan in step.

import { all, byId, clamp, find, press } from "./dom.js";
import { wipeAt } from "./wipe.js";

/** @typedef {"infrared" | "visible" | "fused"} Kind */
/** @typedef {{x: number, y: number, width: number, height: number, scale: number}} Place of the picture, in device pixels */

const LOWEST = 1 / 32;
const HIGHEST = 64;
const STEP = 1.25;
const NUDGE = 48; // device pixels that an arrow key moves the picture

/** @type {Record<Kind, ImageBitmap | null>} */
const pictures = { infrared: null, visible: null, fused: null };
/** @type {{bitmap: ImageBitmap, opacity: number} | null} */
let overlay = null;
const frame = { width: 4, height: 3 }; // the grid that all pictures lie on
const view = { fit: true, scale: 1, x: 0.5, y: 0.5 }; // x, y: what is in the middle, as shares of the frame
/** @type {() => void} */
let toggleOverlay = () => {};
let due = 0;

const stage = () => byId("stage");
const panes = () => all(stage(), ".pane");
const canvasOf = (/** @type {HTMLElement} */ pane) => /** @type {HTMLCanvasElement} */ (find(pane, "canvas"));

/** Show a picture; the first of a new size defines the frame. @param {Kind} kind @param {ImageBitmap | null} bitmap */
export function show(kind, bitmap) {
  pictures[kind] = bitmap;
  draw();
}

/** @param {number} width @param {number} height */
export function setFrame(width, height) {
  if (frame.width === width && frame.height === height) return;
  Object.assign(frame, { width, height });
  Object.assign(view, { fit: true, x: 0.5, y: 0.5 });
  draw();
}

/** @param {ImageBitmap | null} bitmap @param {number} opacity in [0, 1] */
export function setOverlay(bitmap, opacity) {
  overlay = bitmap && { bitmap, opacity };
  draw();
}

/** @param {Kind} kind */
export const pictureOf = (kind) => pictures[kind];

/** @param {() => void} toggle */
export function onToggleOverlay(toggle) {
  toggleOverlay = toggle;
}

export function draw() {
  if (due) return;
  due = requestAnimationFrame(() => {
    due = 0;
    for (const pane of panes()) if (pane.offsetParent) paint(pane);
    showZoom();
  });
}

/** @param {HTMLElement} pane */
function paint(pane) {
  const canvas = canvasOf(pane);
  const [width, height] = [pane.clientWidth, pane.clientHeight].map((side) => Math.max(1, Math.round(side * devicePixelRatio)));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (!context) return;
  context.clearRect(0, 0, width, height);
  const place = placeIn(width, height);
  context.imageSmoothingEnabled = place.scale < 1; // magnified, pixels are squares
  context.imageSmoothingQuality = "high";
  const kind = pane.dataset.pane;
  if (kind !== "wipe") {
    paintPicture(context, /** @type {Kind} */ (kind), place);
    return;
  }
  const wipe = wipeAt(place, width);
  for (const [side, from, to] of /** @type {[Kind, number, number][]} */ ([[wipe.left, 0, wipe.x], [wipe.right, wipe.x, width]])) {
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, height);
    context.clip();
    paintPicture(context, side, place);
    context.restore();
  }
}

/** @param {CanvasRenderingContext2D} context @param {Kind} kind @param {Place} place */
function paintPicture(context, kind, place) {
  const bitmap = pictures[kind];
  if (!bitmap) return;
  // a source that is not placed yet keeps its own proportions inside of the frame
  const factor = Math.min(place.width / bitmap.width, place.height / bitmap.height);
  const [width, height] = [bitmap.width * factor, bitmap.height * factor];
  const at = [place.x + (place.width - width) / 2, place.y + (place.height - height) / 2];
  context.drawImage(bitmap, at[0], at[1], width, height);
  if (kind !== "fused" || !overlay) return;
  context.globalAlpha = overlay.opacity;
  context.drawImage(overlay.bitmap, place.x, place.y, place.width, place.height);
  context.globalAlpha = 1;
}

/** @param {number} width @param {number} height of a canvas @returns {number} device pixels per picture pixel */
function scaleIn(width, height) {
  return view.fit ? Math.min(width / frame.width, height / frame.height) : view.scale;
}

/** @param {number} width @param {number} height @returns {Place} */
function placeIn(width, height) {
  const scale = scaleIn(width, height);
  const size = [frame.width * scale, frame.height * scale];
  return {
    x: Math.round(width / 2 - view.x * size[0]),
    y: Math.round(height / 2 - view.y * size[1]),
    width: size[0],
    height: size[1],
    scale,
  };
}

/** A pane that is seen; all have the same scale unless they fit. */
const anyPane = () => panes().find((pane) => pane.offsetParent) ?? panes()[0];

/**
 * Zoom about a point, which stays where it is.
 * @param {number} factor
 * @param {HTMLElement} [pane]
 * @param {{x: number, y: number}} [point] in device pixels of the canvas; the middle by default
 */
export function zoomBy(factor, pane = anyPane(), point) {
  const { width, height } = canvasOf(pane);
  zoomTo(scaleIn(width, height) * factor, pane, point);
}

/** @param {number} wanted @param {HTMLElement} [pane] @param {{x: number, y: number}} [point] */
export function zoomTo(wanted, pane = anyPane(), point) {
  const { width, height } = canvasOf(pane);
  const before = scaleIn(width, height);
  const scale = clamp(wanted, LOWEST, HIGHEST);
  const from = point ?? { x: width / 2, y: height / 2 };
  for (const [axis, side, middle] of /** @type {["x" | "y", number, number][]} */ ([["x", frame.width, width / 2], ["y", frame.height, height / 2]])) {
    const off = from[axis] - middle;
    view[axis] += off / (before * side) - off / (scale * side);
  }
  Object.assign(view, { fit: false, scale });
  keepInside();
}

export function fit() {
  Object.assign(view, { fit: true, x: 0.5, y: 0.5 });
  draw();
}

/** @param {number} dx @param {number} dy device pixels that the picture moves by */
export function pan(dx, dy) {
  if (view.fit) return;
  view.x -= dx / (view.scale * frame.width);
  view.y -= dy / (view.scale * frame.height);
  keepInside();
}

function keepInside() {
  view.x = clamp(view.x, 0, 1);
  view.y = clamp(view.y, 0, 1);
  draw();
}

function showZoom() {
  const { width, height } = canvasOf(anyPane());
  const scale = scaleIn(width, height);
  byId("zoom-level").textContent = `${Math.round(scale * 100)} %`;
  byId("zoom-fit").setAttribute("aria-pressed", String(view.fit));
  byId("zoom-one").setAttribute("aria-pressed", String(!view.fit && scale === 1));
  stage().classList.toggle("is-zoomed", !view.fit);
}

/** @param {"wipe" | "three"} name */
export function setView(name) {
  stage().dataset.view = name;
  byId("between").hidden = name !== "wipe";
  press([byId("view-wipe"), byId("view-three")], byId(`view-${name}`));
  draw();
}

/** @param {HTMLElement} pane @param {{clientX: number, clientY: number}} event */
function pointIn(pane, event) {
  const box = pane.getBoundingClientRect();
  return { x: (event.clientX - box.left) * devicePixelRatio, y: (event.clientY - box.top) * devicePixelRatio };
}

/** Where in the picture a point of a pane is. @param {HTMLElement} pane @param {{clientX: number, clientY: number}} event */
export function pixelAt(pane, event) {
  const point = pointIn(pane, event);
  const { width, height } = canvasOf(pane);
  const place = placeIn(width, height);
  const [x, y] = [Math.floor((point.x - place.x) / place.scale), Math.floor((point.y - place.y) / place.scale)];
  return x >= 0 && y >= 0 && x < frame.width && y < frame.height ? { x, y } : null;
}

/** @param {HTMLElement} pane */
export function placeOf(pane) {
  const { width, height } = canvasOf(pane);
  return placeIn(width, height);
}

/** @type {Record<string, () => void>} */
const KEYS = {
  "+": () => zoomBy(STEP),
  "=": () => zoomBy(STEP),
  "-": () => zoomBy(1 / STEP),
  0: fit,
  1: () => zoomTo(1),
  ArrowLeft: () => pan(NUDGE, 0),
  ArrowRight: () => pan(-NUDGE, 0),
  ArrowUp: () => pan(0, NUDGE),
  ArrowDown: () => pan(0, -NUDGE),
  w: () => setView("wipe"),
  t: () => setView("three"),
  o: () => toggleOverlay(),
};

/** @param {HTMLElement} pane */
function listen(pane) {
  const canvas = canvasOf(pane);
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  pane.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 32 : 1;
    zoomBy(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), pane, pointIn(pane, event));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, pointIn(pane, event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const next = pointIn(pane, event);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const middle = { x: (next.x + other.x) / 2, y: (next.y + other.y) / 2 };
      zoomBy(Math.hypot(next.x - other.x, next.y - other.y) / (Math.hypot(last.x - other.x, last.y - other.y) || 1), pane, middle);
      pan((next.x - last.x) / 2, (next.y - last.y) / 2);
    } else {
      pan(next.x - last.x, next.y - last.y);
    }
    fingers.set(event.pointerId, next);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => fingers.delete(/** @type {PointerEvent} */ (event).pointerId));
  }
  canvas.addEventListener("dblclick", (event) => (view.fit ? zoomTo(1, pane, pointIn(pane, event)) : fit()));
  canvas.addEventListener("keydown", (event) => {
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}

export function startViewer() {
  panes().forEach(listen);
  byId("zoom-in").addEventListener("click", () => zoomBy(STEP));
  byId("zoom-out").addEventListener("click", () => zoomBy(1 / STEP));
  byId("zoom-fit").addEventListener("click", fit);
  byId("zoom-one").addEventListener("click", () => zoomTo(1));
  byId("view-wipe").addEventListener("click", () => setView("wipe"));
  byId("view-three").addEventListener("click", () => setView("three"));
  new ResizeObserver(draw).observe(stage());
}
