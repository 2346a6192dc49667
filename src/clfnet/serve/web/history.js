// Earlier results of this session, to go back to; the service keeps their files for a while.

import { all, byId, make } from "./dom.js";
import { showAgain } from "./fusing.js";
import { get, on } from "./state.js";
import { pictureOf } from "./viewer.js";

const MOST = 12;
const HEIGHT = 44;

/** @type {Set<string>} */
const kept = new Set();

function remember() {
  const { result, options } = get();
  const place = byId("history");
  for (const each of all(place, "button")) each.setAttribute("aria-pressed", String(each.dataset.id === result?.id));
  const fused = pictureOf("fused");
  if (!result || !fused || kept.has(result.id)) return;
  kept.add(result.id);
  const label = Object.entries(options).map(([name, value]) => `${name} ${value}`).join(", ") || "default options";
  const button = make("button", { type: "button", title: label, "aria-label": `Result with ${label}`, "aria-pressed": true, "data-id": result.id });
  button.append(thumbnail(fused));
  button.addEventListener("click", () => showAgain(result));
  place.prepend(button);
  while (place.children.length > MOST) place.lastElementChild?.remove();
  place.hidden = place.children.length < 2;
}

/** @param {ImageBitmap} bitmap */
function thumbnail(bitmap) {
  const height = HEIGHT * 2;
  const canvas = make("canvas", { width: Math.max(1, Math.round((bitmap.width * height) / bitmap.height)), height, "aria-hidden": true });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export function startHistory() {
  on(["result"], remember);
}
