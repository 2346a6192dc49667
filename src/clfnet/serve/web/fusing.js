// The pair, fused anew whenever an image or an option changes; what is out of date is given up.

import { decode, fuse, isAbort, picture, request, ServiceError } from "./api.js";
import { announce, byId, showError } from "./dom.js";
import { isRadiometric } from "./intake.js";
import { addOptions, draftModel, restoreOptions, showOptionError } from "./options.js";
import { get, on, set } from "./state.js";
import * as viewer from "./viewer.js";

const INPUTS = /** @type {const} */ (["infrared", "visible", "options", "geometry"]);

let current = new AbortController();
/** What each result was made of. @type {WeakMap<import("./api.js").Result, Pick<import("./state.js").State, typeof INPUTS[number]>>} */
const made = new WeakMap();

/** Fuse what there is. */
export async function run() {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const { infrared, visible, options, geometry } = get();
  set({ busy: false });
  if (!infrared || !(visible || (await isRadiometric(infrared))) || signal.aborted) return;
  if (options.geometry && !geometry) {
    announce("Choose a rig file or landmarks.");
    return;
  }
  set({ busy: true, error: null });
  announce("Fusing…");
  const start = performance.now();
  const form = () => formOf(infrared, visible);
  try {
    if (visible) await showDraft(form(), signal);
    const result = await fuse(form(), signal);
    await showPictures(result, signal);
    made.set(result, { infrared, visible, options, geometry });
    set({ result, busy: false });
    announce(`Fused ${result.width}×${result.height} in ${((performance.now() - start) / 1000).toFixed(2)} s`);
  } catch (error) {
    if (isAbort(error)) return;
    set({ busy: false, error: asServiceError(error) });
    announce("Not fused.");
  }
}

/** @param {File} infrared @param {File | null} visible */
function formOf(infrared, visible) {
  const data = new FormData();
  data.set("infrared", infrared, infrared.name);
  if (visible) data.set("visible", visible, visible.name);
  return addOptions(data);
}

/** A first impression by the quick model, while the full one works. @param {FormData} form @param {AbortSignal} signal */
async function showDraft(form, signal) {
  const model = draftModel();
  if (!model) return;
  form.set("model", model);
  const bitmap = await decode(await (await request("v1/fuse", { method: "POST", body: form, signal })).blob());
  signal.throwIfAborted();
  viewer.setFrame(bitmap.width, bitmap.height);
  viewer.show("fused", bitmap);
  markDraft(true);
  announce(`A draft by ${model}; fusing…`);
}

/** @param {boolean} isDraft */
const markDraft = (isDraft) => byId("stage").classList.toggle("is-draft", isDraft);

/** @param {unknown} error */
function asServiceError(error) {
  if (error instanceof ServiceError) return error;
  return new ServiceError(error instanceof Error ? error.message : String(error), "Browser", 0);
}

/** The three on one grid, each as soon as it is there. @param {import("./api.js").Result} result @param {AbortSignal} signal */
export async function showPictures(result, signal) {
  const kinds = /** @type {const} */ (["infrared", "visible", "fused"]);
  await Promise.all(kinds.map(async (kind) => {
    const bitmap = await picture(result.links[kind === "fused" ? "png" : kind], signal);
    signal.throwIfAborted();
    viewer.setFrame(result.width, result.height);
    viewer.show(kind, bitmap);
    if (kind === "fused") markDraft(false);
  }));
}

/** Show a source as it came, until the service has placed it. @param {"infrared" | "visible"} kind @param {File | null} file */
export async function showSource(kind, file) {
  if (get().result) return; // of before, with its pictures
  viewer.show(kind, null);
  viewer.show("fused", null);
  if (!file) return;
  try {
    const bitmap = await decode(file);
    if (get()[kind] !== file || get().result) return;
    if (kind === "visible" || !get().visible) viewer.setFrame(bitmap.width, bitmap.height);
    viewer.show(kind, bitmap);
  } catch {
    // a format that browsers do not know; the service's picture comes
  }
}

/** Show a result of before with all it was made of, if the service still has it. @param {import("./api.js").Result} result */
export async function showAgain(result) {
  current.abort();
  current = new AbortController();
  set({ busy: true, error: null });
  try {
    await showPictures(result, current.signal);
    const inputs = made.get(result);
    restoreOptions(inputs?.options ?? {});
    set({ ...inputs, busy: false, result });
    announce("An earlier result.");
  } catch (error) {
    if (!isAbort(error)) set({ busy: false, error: asServiceError(error) });
  }
}

/** Whether what is shown was made of something else. */
function isStale() {
  const { result, ...state } = get();
  const inputs = result && made.get(result);
  return !inputs || INPUTS.some((name) => inputs[name] !== state[name]);
}

export function startFusing() {
  on([...INPUTS], () => isStale() && run());
  on(["busy"], ({ busy }) => {
    byId("stage").classList.toggle("is-busy", busy);
    byId("stage").setAttribute("aria-busy", String(busy));
  });
  on(["error"], ({ error }) => {
    const elsewhere = showOptionError(error);
    const again = { label: "Try again", act: run };
    showError(byId("fuse-error"), error && !elsewhere ? error : null, error && retriable(error) ? again : undefined);
    byId("stage").classList.toggle("is-stale", Boolean(error));
  });
}

/** @param {ServiceError} error */
const retriable = ({ status }) => status === 0 || status === 401 || status >= 429;
