// What answers the page where there is no service: a worker of its own, on this machine. It stands
// in the place of the page's backend.js, and exports the same.

import { ServiceError } from "./errors.js";
import { startCameras } from "./cameras.js";

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
/** @type {Map<number, {resolve: (answer: any) => void, reject: (error: unknown) => void}>} */
const waiting = new Map();
/** @type {WeakMap<File, number>} */
const keys = new WeakMap();
let [asked, files] = [0, 0];

worker.addEventListener("message", ({ data: { id, answer, error } }) => {
  const { resolve, reject } = waiting.get(id) ?? {};
  waiting.delete(id);
  if (error) reject?.(new ServiceError(error.message, error.kind, 422));
  else resolve?.(answer);
});
worker.addEventListener("error", (event) => {
  event.preventDefault();
  for (const { reject } of waiting.values()) reject(new ServiceError(`The fusion broke off (${event.message || "out of memory"}). Reload the page; use smaller images if it happens again.`, "Browser", 0));
  waiting.clear();
});

/** @param {string} task @param {unknown} message @param {AbortSignal | null} [signal] @param {Transferable[]} [transfer] @returns {Promise<any>} */
function ask(task, message, signal, transfer = []) {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const id = ++asked;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, task, message }, transfer);
    signal?.addEventListener("abort", () => {
      waiting.delete(id);
      worker.postMessage({ id, task: "give up" });
      reject(signal.reason);
    }, { once: true });
  });
}

/** @param {FormDataEntryValue | null} entry */
function source(entry) {
  if (!(entry instanceof File)) return null;
  if (!keys.has(entry)) keys.set(entry, ++files);
  return { key: keys.get(entry), file: entry };
}

/** @param {FormData} form @param {AbortSignal | null} [signal] */
async function fuse(form, signal) {
  const texts = [...form].filter((entry) => typeof entry[1] === "string" && entry[0] !== "format");
  const isKept = form.get("format") === "json";
  const order = { infrared: source(form.get("infrared")), visible: source(form.get("visible")), fields: Object.fromEntries(texts), isKept };
  const answer = await ask("fuse", order, signal);
  return isKept ? Response.json(answer) : new Response(answer);
}

/** A file of the page. @param {string} name */
async function own(name) {
  const response = await fetch(new URL(name, import.meta.url)).catch(() => null);
  if (!response?.ok) throw new ServiceError(`${name} could not be loaded. Go online once, and try again.`, "Network", 0);
  return response;
}

/** @param {string} path as of the service @param {RequestInit} [init] @returns {Promise<Response>} */
export async function request(path, { body, signal } = {}) {
  const [name] = path.replace(/^\//, "").split("?");
  if (name === "v1/fuse" && body instanceof FormData) return fuse(body, signal);
  if (name === "v1/models" || name === "v1/options") return own(`${name.slice(3)}.json`);
  if (name.startsWith("v1/example/")) return own(`example-${name.slice(11)}`);
  if (!name.startsWith("results/")) throw new ServiceError("This page fuses one pair at a time. Use `clfnet serve` for more.", "NotFound", 404);
  const file = await ask("file", name, signal);
  return new Response(file.blob, { headers: { "Content-Disposition": `attachment; filename="${file.name.replaceAll('"', "'")}"` } });
}

/** An image to draw. @param {string} link @param {AbortSignal} [signal] @returns {Promise<ImageBitmap>} */
export const picture = (link, signal) => ask("picture", link, signal);

/**
 * Fuse one frame of two cameras; takes the bitmaps over.
 * @param {ImageBitmap} infrared @param {ImageBitmap} visible whose grid the result has @param {Record<string, string>} fields
 * @returns {Promise<Record<"infrared" | "visible" | "fused", ImageBitmap>>}
 */
export function fuseFrame(infrared, visible, fields) {
  const { width, height } = visible;
  return ask("frame", { infrared, visible, width, height, fields }, null, [infrared, visible]);
}

startCameras(fuseFrame);
navigator.serviceWorker?.register(new URL("../../service-worker.js", import.meta.url)).catch(() => {}); // of use, not needed
