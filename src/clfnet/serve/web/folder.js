// Many pairs: what is to be fused, the job that does it, and its images as they come.

import { download, events, isAbort, json, request, ServiceError } from "./api.js";
import { all, announce, byId, find, make, saveAs, showError } from "./dom.js";
import { isUsable, isVideo, sort, told } from "./intake.js";
import { openLightbox } from "./lightbox.js";
import { addOptions } from "./options.js";
import { forget, showWhenSeen } from "./pictures.js";
import { get, on } from "./state.js";

/** @typedef {import("./api.js").Job} Job */
/** @typedef {import("./intake.js").Found} Found */
/** @typedef {"infrared" | "visible"} Source */

const SOURCES = /** @type {Source[]} */ (["infrared", "visible"]);
const ENDED = new Set(["done", "failed", "cancelled"]);

const BREAK = 1500; // milliseconds before a stream that broke off is opened again
const PATIENCE = 40; // how often

/** @type {Record<Source, File[]>} */
const batch = { infrared: [], visible: [] };
/** @type {Job | null} */
let job = null;
let current = new AbortController();
let telling = new AbortController();

/** Take what was dropped: on a zone all of it is that source's, else names tell. @param {Found[]} found @param {string} [zone] */
export async function takeBatch(found, zone) {
  showError(byId("batch-error"), null);
  await told;
  if (zone) batch[/** @type {Source} */ (zone)] = found.map(({ file }) => file).filter(isUsable);
  else {
    const { infrared, visible, unclear } = sort(found);
    if (unclear.length) {
      const names = unclear.slice(0, 3).map((file) => file.name).join(", ");
      showError(byId("batch-error"), new Error(`Names must tell infrared from visible (ir, thermal; vis, rgb), got ${names}. Drop each source on its own side.`));
    }
    if (infrared.length) batch.infrared = infrared;
    if (visible.length) batch.visible = visible;
  }
  showBatch();
}

const byTime = () => /** @type {HTMLInputElement} */ (byId("by-time")).checked;
const videos = () => [...batch.infrared, ...batch.visible].some(isVideo);
const count = (/** @type {number} */ number, /** @type {string} */ noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function showBatch() {
  for (const source of SOURCES) {
    const zone = find(byId("folder"), `[data-zone="${source}"]`);
    zone.classList.toggle("is-filled", batch[source].length > 0);
    byId(`zone-${source}`).textContent = batch[source].length ? count(batch[source].length, "file") : "Drop a folder or files";
  }
  tellPairs();
  const any = batch.infrared.length + batch.visible.length > 0;
  byId("clear-batch").hidden = !any;
  byId("offset-field").hidden = !videos();
  byId("by-time-field").hidden = !any || videos();
  /** @type {HTMLButtonElement} */ (byId("start-job")).disabled = !batch.infrared.length;
}

/** Tell what would be fused; the service pairs the names. */
async function tellPairs() {
  telling.abort();
  telling = new AbortController();
  const { signal } = telling;
  const summary = byId("batch-summary");
  const files = batch.infrared.length + batch.visible.length;
  if (!files || videos()) {
    summary.textContent = files ? "One video of two." : "";
    return;
  }
  if (byTime()) {
    summary.textContent = `${count(files, "file")}, paired by when they were taken.`;
    return;
  }
  const [infrared, visible] = SOURCES.map((source) => batch[source].map((file) => file.name));
  try {
    const body = JSON.stringify({ infrared, visible });
    const headers = { "Content-Type": "application/json" };
    const { pairs, unpaired } = await json("v1/pairs", { method: "POST", body, headers, signal });
    const both = visible.length || pairs.length;
    summary.textContent = both ? `${count(pairs.length, "pair")}${unpaired.length ? `, ${unpaired.length} without a partner` : ""}.` : `${count(unpaired.length, "file")} of a camera that takes both.`;
  } catch (error) {
    if (!isAbort(error)) summary.textContent = `${count(files, "file")}.`;
  }
}

function showOptions() {
  const chosen = Object.entries(get().options).map(([name, value]) => `${name} ${value}`);
  byId("batch-options").textContent = `Options: ${chosen.join(", ") || "the defaults"}`;
}

async function start() {
  const button = /** @type {HTMLButtonElement} */ (byId("start-job"));
  button.disabled = true;
  showError(byId("batch-error"), null);
  announce("Sending…");
  try {
    const data = new FormData();
    data.set("kind", videos() ? "video" : "folder");
    const offset = /** @type {HTMLInputElement} */ (byId("offset")).value;
    if (videos() && offset) data.set("offset", offset);
    if (!videos() && byTime()) data.set("by_time", "true");
    for (const source of SOURCES) for (const file of batch[source]) data.append(source, file, file.name);
    await follow(await json("v1/jobs", { method: "POST", body: addOptions(data) }));
  } catch (error) {
    announce("");
    if (!isAbort(error)) showError(byId("batch-error"), /** @type {Error} */ (error));
  }
  button.disabled = false;
}

/** Show a job until it ends. @param {Job} started */
async function follow(started) {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  byId("thumbnails").replaceChildren();
  forget();
  show(started);
  byId("start-job").removeAttribute("disabled");
  try {
    for (let breaks = 0; !ENDED.has(started.state); breaks++) {
      try {
        for await (const { data } of events(started.links.events, signal)) show((started = data));
      } catch (error) {
        if (isAbort(error) || breaks >= PATIENCE || !isAway(error)) throw error;
      }
      // a service that is started anew goes on with its jobs
      if (!ENDED.has(started.state)) await new Promise((resolve) => setTimeout(resolve, BREAK));
    }
    show(started);
    await listJobs();
  } catch (error) {
    if (!isAbort(error)) showError(byId("batch-error"), /** @type {Error} */ (error), { label: "Try again", act: () => follow(started) });
  }
}

/** Show a job of the list, which names no pictures. @param {Job} listed */
async function reopen(listed) {
  try {
    await follow(await json(listed.links.self));
  } catch (error) {
    showError(byId("batch-error"), /** @type {Error} */ (error));
  }
}

/** Whether a stream broke off rather than was refused. @param {unknown} error */
const isAway = (error) => !(error instanceof ServiceError) || error.status === 0 || error.status === 503;

const STATES = { queued: "Waiting", running: "Fusing", done: "Done", failed: "Failed", cancelled: "Cancelled" };

/** @param {Job} now */
function show(now) {
  job = now;
  const ended = ENDED.has(now.state);
  byId("job").hidden = false;
  byId("job-title").textContent = STATES[now.state];
  byId("job-count").textContent = progressOf(now);
  byId("job-cancel").hidden = ended;
  byId("job-result").hidden = now.state !== "done";
  find(byId("job-result"), "span").textContent = now.kind === "video" ? "Video" : "ZIP";
  showProgress(now);
  showError(byId("batch-error"), now.error ? new Error(now.error) : null);
  const failed = byId("job-failed");
  failed.hidden = !now.failed.length;
  failed.replaceChildren(...now.failed.map(({ name, error }) => make("li", {}, make("b", {}, name), " ", error)));
  if (now.state === "cancelled") byId("thumbnails").replaceChildren(); // the service removes them
  else (now.pictures ?? []).slice(byId("thumbnails").children.length).forEach(addThumbnail);
  if (ended) announce(`${STATES[now.state]}: ${progressOf(now)}.`);
}

/** @param {Job} now */
function progressOf({ done, total, failed }) {
  return `${total ? `${done} of ${total}` : done}${failed.length ? `, ${failed.length} failed` : ""}`;
}

/** @param {Job} now */
function showProgress(now) {
  const bar = byId("job-progress");
  const share = now.total ? (now.done + now.failed.length) / now.total : now.state === "done" ? 1 : 0;
  bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  bar.classList.toggle("is-unknown", !now.total && !ENDED.has(now.state));
  find(bar, "span").style.inlineSize = `${share * 100}%`;
}

/** @param {{name: string, link: string, thumbnail: string}} picture */
function addThumbnail(picture) {
  const image = make("img", { alt: "", "data-link": picture.thumbnail });
  const button = make("button", { type: "button" }, image, make("span", {}, picture.name));
  button.addEventListener("click", () => {
    const pictures = job?.pictures ?? [];
    openLightbox(pictures, pictures.findIndex(({ name }) => name === picture.name));
  });
  byId("thumbnails").append(make("li", {}, button));
  showWhenSeen(image);
}

async function cancel() {
  if (!job) return;
  try {
    await request(job.links.self, { method: "DELETE" });
    announce("Cancelled.");
  } catch (error) {
    showError(byId("batch-error"), /** @type {Error} */ (error));
  }
}

async function save() {
  if (!job) return;
  const button = /** @type {HTMLButtonElement} */ (byId("job-result"));
  button.disabled = true;
  try {
    const file = await download(job.links.result);
    saveAs(file.blob, file.name);
  } catch (error) {
    showError(byId("batch-error"), /** @type {Error} */ (error));
  }
  button.disabled = false;
}

/** Those of before, also of before the service was started anew. */
export async function listJobs() {
  const answer = await json("v1/jobs");
  const jobs = /** @type {Job[]} */ (answer.jobs ?? answer).filter(({ id }) => id !== job?.id);
  byId("jobs").hidden = !jobs.length;
  find(byId("jobs"), "ul").replaceChildren(...jobs.slice(0, 20).map((each) => {
    const open = make("button", { type: "button", class: "ghost" }, `${new Date(each.created).toLocaleString()}: ${each.kind}, ${STATES[each.state].toLowerCase()}, ${progressOf(each)}`);
    open.addEventListener("click", () => reopen(each));
    return make("li", {}, open);
  }));
}

export function startFolder() {
  for (const source of SOURCES) {
    for (const input of /** @type {HTMLInputElement[]} */ (all(byId("folder"), `[data-zone="${source}"] input`))) {
      input.addEventListener("change", () => {
        takeBatch([...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name })), source);
        input.value = "";
      });
    }
  }
  byId("start-job").addEventListener("click", start);
  byId("by-time").addEventListener("change", tellPairs);
  byId("clear-batch").addEventListener("click", () => {
    Object.assign(batch, { infrared: [], visible: [] });
    showBatch();
  });
  byId("job-cancel").addEventListener("click", cancel);
  byId("job-result").addEventListener("click", save);
  on(["options"], showOptions);
  showOptions();
}
