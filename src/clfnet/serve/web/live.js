// Live sources that the operator named: their newest fused frame, again and again.

import { isAbort, json, request } from "./api.js";
import { byId, find, isLocal, make, showError } from "./dom.js";

/** @type {AbortController | null} */
let watching = null;

export function startLive() {
  if (isLocal) return;
  const dialog = /** @type {HTMLDialogElement} */ (byId("live-dialog"));
  byId("live").addEventListener("click", () => {
    dialog.showModal();
    watch();
  });
  byId("live-name").addEventListener("change", watch);
  find(dialog, ".close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => watching?.abort());
}

/** Offer what can be watched. */
export async function loadLive() {
  if (isLocal) return;
  const { live } = await json("v1/live");
  byId("live-name").replaceChildren(...live.map((/** @type {{name: string}} */ { name }) => make("option", {}, name)));
  byId("live").hidden = live.length === 0;
}

async function watch() {
  watching?.abort();
  const { signal } = (watching = new AbortController());
  const name = /** @type {HTMLSelectElement} */ (byId("live-name")).value;
  showError(byId("live-error"), null);
  try {
    for (let number = 0; !signal.aborted; ) {
      const response = await request(`v1/live/${encodeURIComponent(name)}/frame?after=${number}`, { signal });
      if (response.status === 204) continue; // nothing new meanwhile
      number = Number(response.headers.get("X-Frame"));
      await show(await response.blob());
    }
  } catch (error) {
    if (!isAbort(error)) showError(byId("live-error"), /** @type {Error} */ (error), { label: "Try again", act: watch });
  }
}

/** @param {Blob} jpeg */
async function show(jpeg) {
  const image = /** @type {HTMLImageElement} */ (byId("live-picture"));
  const before = image.src;
  image.src = URL.createObjectURL(jpeg);
  await image.decode();
  if (before) URL.revokeObjectURL(before);
}
