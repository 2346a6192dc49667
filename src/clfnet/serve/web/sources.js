// The two slots of the pair: what fills them, and how that shows.

import { blob, decode } from "./api.js";
import { all, announce, byId, find, showError } from "./dom.js";
import { showSource } from "./fusing.js";
import * as intake from "./intake.js";
import { get, on, set } from "./state.js";

/** @typedef {"infrared" | "visible"} Source */

/** @type {(found: intake.Found[]) => void} */
let openFolder = () => {};

const slot = (/** @type {Source} */ kind) => find(byId("sources"), `[data-slot="${kind}"]`);

/** Put files where they belong. @param {File[]} files @param {Source} [wanted] the slot they were dropped on */
export async function take(files, wanted) {
  showError(byId("intake-error"), null);
  await intake.told;
  const usable = files.filter(intake.isUsable);
  if (!usable.length) {
    const names = files.map((file) => file.name).join(", ");
    showError(byId("intake-error"), new Error(names ? `This must be an image, got ${names}. Use PNG, JPEG, TIFF or a file of a thermal camera.` : "There is no image in it."));
    return;
  }
  if (usable.length > 2 || usable.some(intake.isVideo)) {
    openFolder(usable.map((file) => ({ file, path: file.name })));
    return;
  }
  if (usable.length === 2) set({ ...(await intake.tellApart([usable[0], usable[1]])), result: null, error: null });
  else await takeOne(usable[0], wanted);
}

/** @param {File} file @param {Source} [wanted] */
async function takeOne(file, wanted) {
  if (wanted !== "visible" && (await intake.isRadiometric(file))) {
    set({ infrared: file, visible: wanted === "infrared" ? get().visible : null, result: null, error: null });
    return;
  }
  const free = get().infrared && !get().visible ? "visible" : "infrared";
  const told = intake.kindOf(file.name);
  const isFree = told && (!get()[told] || Boolean(get().infrared && get().visible)); // else the empty slot gets it
  set({ [wanted ?? (isFree ? told : free)]: file, result: null, error: null });
}

/** The built-in pair. */
async function takeExample() {
  const button = /** @type {HTMLButtonElement} */ (byId("example"));
  button.disabled = true;
  announce("Loading the example…");
  try {
    const kinds = /** @type {Source[]} */ (["infrared", "visible"]);
    const [infrared, visible] = await Promise.all(kinds.map(async (kind) =>
      new File([await blob(`v1/example/${kind}.png`)], `${kind}.png`, { type: "image/png" })));
    set({ infrared, visible, result: null, error: null });
  } catch (error) {
    announce("");
    showError(byId("intake-error"), /** @type {Error} */ (error), { label: "Try again", act: takeExample });
  } finally {
    button.disabled = false;
  }
}

/** @param {Source} kind */
async function showSlot(kind) {
  const file = get()[kind];
  const place = slot(kind);
  const alone = kind === "visible" && !file && get().infrared;
  place.classList.toggle("is-filled", Boolean(file));
  find(place, ".name").textContent = file?.name ?? (alone && get().result ? "From the same file" : "Drop, paste or choose");
  find(place, ".remove").hidden = !file;
  await showThumbnail(/** @type {HTMLCanvasElement} */ (find(place, ".thumb")), file);
}

/** @param {HTMLCanvasElement} canvas @param {File | null} file */
async function showThumbnail(canvas, file) {
  canvas.hidden = true;
  if (!file) return;
  try {
    const bitmap = await decode(file);
    const scale = Math.max(canvas.width / bitmap.width, canvas.height / bitmap.height);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    const context = canvas.getContext("2d");
    context?.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    bitmap.close();
    canvas.hidden = false;
  } catch {
    // a format that browsers do not know: the name has to do
  }
}

function layOut() {
  const { infrared, visible, result, busy, live, error } = get();
  const ready = Boolean(live || (infrared && visible) || result || (infrared && (busy || error)));
  byId("pair").classList.toggle("is-empty", !ready);
  byId("swap").hidden = !(infrared && visible);
  const missing = !ready && (infrared ? "visible" : visible ? "infrared" : null);
  if (missing) announce(`Now the ${missing} image.`);
  for (const kind of /** @type {Source[]} */ (["infrared", "visible"])) slot(kind).classList.toggle("is-wanted", missing === kind);
}

/** @param {ClipboardEvent} event */
function paste(event) {
  if (event.target instanceof HTMLInputElement && event.target.type !== "file") return;
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) take(files);
}

/** Drops anywhere on the page. @param {(found: intake.Found[], zone: string | undefined) => boolean} inFolder tells whether the folder's part took them */
function listenForDrops(inFolder) {
  const veil = byId("veil");
  let depth = 0;
  const isFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  const over = (/** @type {EventTarget | null} */ target) => (target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("[data-slot], [data-zone]")) : null);
  const mark = (/** @type {HTMLElement | null} */ place) => all(document, ".is-target").concat(place ?? []).forEach((each) => each.classList.toggle("is-target", each === place));
  addEventListener("dragenter", (event) => {
    if (!isFiles(event)) return;
    depth++;
    veil.hidden = false;
    mark(over(event.target));
  });
  addEventListener("dragleave", (event) => {
    if (isFiles(event) && --depth <= 0) end();
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", async (event) => {
    event.preventDefault();
    end();
    if (!event.dataTransfer) return;
    const place = over(event.target);
    const isFolder = [...event.dataTransfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
    const found = await intake.filesOf(event.dataTransfer);
    if (inFolder(found, place?.dataset.zone)) return;
    if (isFolder) openFolder(found);
    else take(found.map(({ file }) => file), /** @type {Source | undefined} */ (place?.dataset.slot));
  });
  function end() {
    depth = 0;
    veil.hidden = true;
    mark(null);
  }
}

/**
 * @param {(found: intake.Found[]) => void} open called with what is more than a pair
 * @param {(found: intake.Found[], zone: string | undefined) => boolean} inFolder
 */
export function startSources(open, inFolder) {
  openFolder = open;
  for (const kind of /** @type {Source[]} */ (["infrared", "visible"])) {
    const input = /** @type {HTMLInputElement} */ (find(slot(kind), "input"));
    input.addEventListener("change", () => {
      if (input.files?.length) take([...input.files], kind);
      input.value = ""; // the same file may be chosen again
    });
    find(slot(kind), ".remove").addEventListener("click", () => {
      set({ [kind]: null, result: null, error: null });
      input.focus();
    });
    on([kind], () => showSource(kind, get()[kind]));
    on([kind, "result"], () => showSlot(kind));
  }
  byId("swap").addEventListener("click", () => set({ infrared: get().visible, visible: get().infrared, result: null, error: null }));
  byId("example").addEventListener("click", takeExample);
  addEventListener("paste", paste);
  listenForDrops(inFolder);
  on(["infrared", "visible", "result", "busy", "live", "error"], layOut);
}
