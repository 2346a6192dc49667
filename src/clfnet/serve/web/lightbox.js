// One image of a job, large; arrows lead to its neighbours.

import { download } from "./api.js";
import { byId, find, saveAs, showError } from "./dom.js";
import { addressOf } from "./pictures.js";

/** @typedef {{name: string, link: string}} Picture */

/** @type {Picture[]} */
let pictures = [];
let index = 0;

const dialog = () => /** @type {HTMLDialogElement} */ (byId("lightbox"));

/** @param {Picture[]} all @param {number} at */
export function openLightbox(all, at) {
  pictures = all;
  dialog().showModal();
  show(at);
}

/** @param {number} wanted */
async function show(wanted) {
  index = (wanted + pictures.length) % pictures.length;
  const { name, link } = pictures[index];
  const image = /** @type {HTMLImageElement} */ (byId("lightbox-picture"));
  byId("lightbox-title").textContent = `${name}, ${index + 1} of ${pictures.length}`;
  showError(byId("lightbox-error"), null);
  try {
    const address = await addressOf(link);
    if (pictures[index].link !== link) return; // another one is wanted by now
    image.src = address;
    image.alt = `Fused image ${name}`;
  } catch (error) {
    showError(byId("lightbox-error"), /** @type {Error} */ (error));
  }
}

async function save() {
  try {
    const file = await download(pictures[index].link);
    saveAs(file.blob, file.name);
  } catch (error) {
    showError(byId("lightbox-error"), /** @type {Error} */ (error));
  }
}

export function startLightbox() {
  byId("lightbox-back").addEventListener("click", () => show(index - 1));
  byId("lightbox-forth").addEventListener("click", () => show(index + 1));
  byId("lightbox-save").addEventListener("click", save);
  find(dialog(), ".close").addEventListener("click", () => dialog().close());
  dialog().addEventListener("keydown", ({ key }) => {
    if (key === "ArrowLeft") show(index - 1);
    if (key === "ArrowRight") show(index + 1);
  });
}
