// An alignment, looked at before it is used: checkerboard and edges.

import { isAbort, json } from "./api.js";
import { announce, byId, find, press, saveAs } from "./dom.js";
import { isLandmarks, showOptionError, useGeometry } from "./options.js";
import { get } from "./state.js";

const HINTS = {
  checkerboard: "Infrared and visible in turn: edges must go on from square to square.",
  edges: "Edges of infrared in red, of visible in cyan: where they coincide, they are white.",
};

/** @typedef {{quality: number | null, made: string, preview?: {checkerboard: string, edges: string}}} Found a rig file and its pictures */

/** @type {Found | null} */
let found = null;

const dialog = () => /** @type {HTMLDialogElement} */ (byId("preview-dialog"));

async function look() {
  const { infrared, visible, geometry } = get();
  if (!infrared || !visible) {
    announce("Alignment needs two images.");
    return;
  }
  const button = /** @type {HTMLButtonElement} */ (byId("preview"));
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  announce("Aligning…");
  showOptionError(null);
  try {
    const data = new FormData();
    data.set("infrared", infrared, infrared.name);
    data.set("visible", visible, visible.name);
    data.set("preview", "true");
    if (get().options.geometry && geometry && isLandmarks(geometry)) data.set("points", geometry, geometry.name);
    found = await json("v1/align", { method: "POST", body: data });
    show("checkerboard");
    announce("Aligned.");
    dialog().showModal();
  } catch (error) {
    announce("");
    if (!isAbort(error)) {
      const problem = /** @type {import("./api.js").ServiceError} */ (error);
      problem.kind = "AlignmentError"; // whatever went wrong, it belongs beside the button
      showOptionError(problem);
    }
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

/** @param {keyof typeof HINTS} name */
function show(name) {
  if (!found?.preview) return;
  const picture = /** @type {HTMLImageElement} */ (byId("preview-picture"));
  picture.src = found.preview[name];
  picture.alt = HINTS[name];
  byId("preview-hint").textContent = HINTS[name];
  byId("preview-made").textContent = `${found.made}${found.quality === null ? "" : `; quality ${found.quality.toFixed(2)}`}`;
  press([byId("preview-checkerboard"), byId("preview-edges")], byId(`preview-${name}`));
}

/** The rig as the file that `clfnet align` writes. */
function rigFile() {
  const { preview: _, ...rig } = /** @type {Found} */ (found);
  return new File([JSON.stringify(rig, null, 2)], "rig.json", { type: "application/json" });
}

export function startPreview() {
  byId("preview").addEventListener("click", look);
  for (const name of /** @type {const} */ (["checkerboard", "edges"])) byId(`preview-${name}`).addEventListener("click", () => show(name));
  byId("preview-save").addEventListener("click", () => saveAs(rigFile(), "rig.json"));
  byId("preview-use").addEventListener("click", () => {
    dialog().close();
    useGeometry(rigFile());
  });
  find(dialog(), ".close").addEventListener("click", () => dialog().close());
}
