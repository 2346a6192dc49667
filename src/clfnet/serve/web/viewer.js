// The panes: one image's pixels on several canvases, with zoom and pan in step.

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
/** Rectangles to outline, in picture pixels; those of one pixel as crosses. @type {{name: string, x: number, y: number, width: number, height: number}[]} */
let marks = [];
const frame = { width: 4, height: 3 }; // the grid that all pictures lie on
const view = { fit: true, scale: 1, x: 0.5, y: 0.5 }; // x, y: what is in the middle, as shares of the frame
/** @type {() => void} */
let toggleOverlay = () => {};
let due = 0;

const stage = () => byId("stage");
const panes = () => all(stage(), ".pane");
const canvasOf = (/** @type {HTMLElement} */ pane) => /** @type {HTMLCanvasElement} */ (find(pane, "canvas"));

/** Show a picture. @param {Kind} kind @param {ImageBitmap | null} bitmap */
export function show(kind, bitmap) {
  pictures[kind]?.close(); // large ones would fill the memory before they are collected
  pictures[kind] = bitmap;
  draw();
}

/** Set the size of the grid that all three lie on. @param {number} width @param {number} height */
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

/** Outline parts of the picture. @param {typeof marks} regions */
export function setMarks(regions) {
  marks = regions;
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
    const seen = panes().filter((pane) => pane.offsetParent);
    if (!seen.length) return;
    seen.forEach(resize);
    seen.forEach(paint);
    showZoom();
  });
}

/** @param {HTMLElement} pane */
function resize(pane) {
  const canvas = canvasOf(pane);
  const [width, height] = [pane.clientWidth, pane.clientHeight].map((side) => Math.max(1, Math.round(side * devicePixelRatio)));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
}

/** @param {HTMLElement} pane */
function paint(pane) {
  const canvas = canvasOf(pane);
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.clearRect(0, 0, width, height);
  const place = placeIn(pane);
  context.imageSmoothingEnabled = place.scale < 1; // magnified, pixels are squares
  context.imageSmoothingQuality = "high";
  const kind = pane.dataset.pane;
  if (kind !== "wipe") {
    paintPicture(context, /** @type {Kind} */ (kind), place);
    paintMarks(context, place);
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
  paintMarks(context, place);
}

/** @param {CanvasRenderingContext2D} context @param {Place} place */
function paintMarks(context, place) {
  context.font = `${13 * devicePixelRatio}px system-ui, sans-serif`;
  for (const { name, x, y, width, height } of marks) {
    const [left, top] = [place.x + x * place.scale, place.y + y * place.scale];
    const [across, down] = [width * place.scale, height * place.scale];
    const outline = new Path2D();
    if (width * height > 1) outline.rect(left, top, across, down);
    else cross(outline, left + across / 2, top + down / 2, Math.max(across, down) / 2);
    for (const [colour, thick] of /** @type {[string, number][]} */ ([["#000", 4], ["#fff", 1.5]])) {
      Object.assign(context, { strokeStyle: colour, lineWidth: thick * devicePixelRatio });
      context.stroke(outline);
      if (thick > 2) context.strokeText(name, left + across + 6 * devicePixelRatio, top);
    }
    context.fillStyle = "#fff";
    context.fillText(name, left + across + 6 * devicePixelRatio, top);
  }
}

/** Four arms that leave the pixel itself open. @param {Path2D} path @param {number} x @param {number} y @param {number} hole */
function cross(path, x, y, hole) {
  const [from, to] = [hole + 2 * devicePixelRatio, hole + 10 * devicePixelRatio];
  for (const [right, down] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    path.moveTo(x + right * from, y + down * from);
    path.lineTo(x + right * to, y + down * to);
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

/** The pane that the zoom level speaks of: the others show the same part of the picture. */
const mainPane = () => find(stage(), `[data-pane="${stage().dataset.view === "wipe" ? "wipe" : "fused"}"]`);

/** @param {HTMLElement} pane @returns {number} device pixels per picture pixel at which the picture fits */
function fitting(pane) {
  const { width, height } = canvasOf(pane);
  return Math.min(width / frame.width, height / frame.height);
}

/** @param {HTMLElement} pane @returns {number} device pixels per picture pixel */
const scaleIn = (pane) => (view.fit ? fitting(pane) : (view.scale * fitting(pane)) / fitting(mainPane()));

/** Where the picture is in a pane. @param {HTMLElement} pane @returns {Place} */
function placeIn(pane) {
  const canvas = canvasOf(pane);
  const scale = scaleIn(pane);
  const [width, height] = [frame.width * scale, frame.height * scale];
  return {
    x: Math.round(canvas.width / 2 - view.x * width),
    y: Math.round(canvas.height / 2 - view.y * height),
    width,
    height,
    scale,
  };
}

/**
 * Zoom about a point, which stays where it is.
 * @param {number} factor
 * @param {HTMLElement} [pane]
 * @param {{x: number, y: number}} [point] in device pixels of the canvas; the middle by default
 */
export function zoomBy(factor, pane = mainPane(), point) {
  zoomTo(scaleIn(mainPane()) * factor, pane, point);
}

/** @param {number} wanted scale of the main pane @param {HTMLElement} [pane] @param {{x: number, y: number}} [point] */
export function zoomTo(wanted, pane = mainPane(), point) {
  const canvas = canvasOf(pane);
  const middle = { x: canvas.width / 2, y: canvas.height / 2 };
  const off = { x: (point ?? middle).x - middle.x, y: (point ?? middle).y - middle.y };
  move(pane, off, 1);
  Object.assign(view, { fit: false, scale: clamp(wanted, LOWEST, HIGHEST) });
  move(pane, off, -1);
  keepInside();
}

/** @param {HTMLElement} pane @param {{x: number, y: number}} by device pixels @param {1 | -1} sign */
function move(pane, by, sign) {
  const scale = scaleIn(pane);
  view.x += (sign * by.x) / (scale * frame.width);
  view.y += (sign * by.y) / (scale * frame.height);
}

export function fit() {
  Object.assign(view, { fit: true, x: 0.5, y: 0.5 });
  draw();
}

/** @param {number} x @param {number} y device pixels that the picture moves by @param {HTMLElement} [pane] */
export function pan(x, y, pane = mainPane()) {
  if (view.fit) return;
  move(pane, { x, y }, -1);
  keepInside();
}

function keepInside() {
  view.x = clamp(view.x, 0, 1);
  view.y = clamp(view.y, 0, 1);
  draw();
}

function showZoom() {
  const scale = scaleIn(mainPane());
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

/** Which picture pixel a point of a pane is. @param {HTMLElement} pane @param {{clientX: number, clientY: number}} event */
export function pixelAt(pane, event) {
  const point = pointIn(pane, event);
  const place = placeIn(pane);
  const [x, y] = [Math.floor((point.x - place.x) / place.scale), Math.floor((point.y - place.y) / place.scale)];
  return x >= 0 && y >= 0 && x < frame.width && y < frame.height ? { x, y } : null;
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
      pan((next.x - last.x) / 2, (next.y - last.y) / 2, pane);
    } else {
      pan(next.x - last.x, next.y - last.y, pane);
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
