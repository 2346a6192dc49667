// The values under the pointer, of all three images.

import { all, byId } from "./dom.js";
import { temperatureAt } from "./temperatures.js";
import { pictureOf, pixelAt } from "./viewer.js";

const one = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

/** @param {ImageBitmap} bitmap @param {{x: number, y: number}} pixel */
function levelsAt(bitmap, { x, y }) {
  if (!one) return "";
  one.clearRect(0, 0, 1, 1);
  one.drawImage(bitmap, x, y, 1, 1, 0, 0, 1, 1);
  const [r, g, b] = one.getImageData(0, 0, 1, 1).data;
  return r === g && g === b ? String(r) : `${r} ${g} ${b}`;
}

/** @param {HTMLElement} pane @param {PointerEvent} event */
function show(pane, event) {
  const pixel = pixelAt(pane, event);
  if (!pixel) {
    byId("readout").textContent = "\u00a0";
    return;
  }
  const parts = /** @type {const} */ (["infrared", "visible", "fused"]).flatMap((kind) => {
    const bitmap = pictureOf(kind);
    return bitmap ? [`${kind} ${levelsAt(bitmap, pixel)}`] : [];
  });
  byId("readout").textContent = [`x ${pixel.x}  y ${pixel.y}`, ...parts, temperatureAt(pixel)].join("   ").trimEnd();
}

export function startReadout() {
  for (const pane of all(byId("stage"), ".pane")) {
    pane.addEventListener("pointermove", (event) => show(pane, event));
    pane.addEventListener("pointerleave", () => (byId("readout").textContent = "\u00a0"));
  }
}
