// Two cameras, fused frame by frame, until they are stopped or images come in.

import { announce, byId, make, showError } from "./dom.js";
import { kindOf } from "./intake.js";
import { get, on, set } from "./state.js";
import { setFrame, show } from "./viewer.js";

/** @typedef {"infrared" | "visible"} Source */
/** @typedef {(infrared: ImageBitmap, visible: ImageBitmap, fields: Record<string, string>) => Promise<Record<Source | "fused", ImageBitmap>>} FuseFrame */

const SOURCES = /** @type {Source[]} */ (["infrared", "visible"]);
const SIZE = { width: { ideal: 640 }, height: { ideal: 480 } };
const SECOND = 1000; // milliseconds

let current = new AbortController();

const chosen = (/** @type {Source} */ kind) => /** @type {HTMLSelectElement} */ (byId(`camera-${kind}`));
const close = (/** @type {MediaStream} */ stream) => stream.getTracks().forEach((track) => track.stop());

/** Ask for leave, without which cameras have no names, and let choose. */
async function choose() {
  showError(byId("intake-error"), null);
  try {
    close(await navigator.mediaDevices.getUserMedia({ video: true }));
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    const told = cameras.findIndex(({ label }) => kindOf(label) === "infrared");
    for (const kind of SOURCES) {
      const wanted = kind === "infrared" ? Math.max(told, 0) : told === 0 || (told < 0 && cameras.length > 1) ? 1 : 0;
      chosen(kind).replaceChildren(...cameras.map(({ deviceId, label }, i) => make("option", { value: deviceId, selected: i === wanted }, label || `Camera ${i + 1}`)));
    }
    /** @type {HTMLDialogElement} */ (byId("cameras-dialog")).showModal();
  } catch (error) {
    tell(error);
  }
}

/** @param {unknown} error */
function tell(error) {
  const why = error instanceof Error ? error.message : String(error);
  showError(byId("intake-error"), new Error(`The cameras must be there and allowed, but: ${why}. Allow this page to use them, and try again.`));
}

/** @param {string} deviceId @param {AbortSignal} signal @returns {Promise<HTMLVideoElement>} that plays */
async function play(deviceId, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { deviceId: { exact: deviceId }, ...SIZE } });
  if (signal.aborted) close(stream);
  signal.throwIfAborted();
  signal.addEventListener("abort", () => close(stream), { once: true });
  const video = make("video", { muted: true, playsinline: true });
  video.srcObject = stream;
  await video.play();
  return video;
}

/** @param {FuseFrame} fuseFrame */
async function run(fuseFrame) {
  stop();
  current = new AbortController();
  const { signal } = current;
  try {
    const videos = await Promise.all(SOURCES.map((kind) => play(chosen(kind).value, signal)));
    set({ infrared: null, visible: null, result: null, error: null, live: true });
    announce("Live…");
    for (let [since, count] = [performance.now(), 0]; !signal.aborted; count++) {
      const [infrared, visible] = await Promise.all(videos.map((video) => createImageBitmap(video)));
      const { width, height } = visible;
      const shown = await fuseFrame(infrared, visible, get().options);
      if (signal.aborted) break;
      setFrame(width, height);
      for (const [kind, bitmap] of Object.entries(shown)) show(/** @type {Source} */ (kind), bitmap);
      await new Promise(requestAnimationFrame);
      const passed = performance.now() - since;
      if (passed < SECOND) continue;
      announce(`Live: ${((count + 1) * SECOND / passed).toFixed(1)} frames a second`);
      [since, count] = [performance.now(), -1];
    }
  } catch (error) {
    if (signal.aborted) return;
    stop();
    tell(error);
  }
}

function stop() {
  current.abort();
  if (get().live) announce("");
  set({ live: false });
}

/** @param {FuseFrame} fuseFrame */
export function startCameras(fuseFrame) {
  byId("cameras").hidden = !navigator.mediaDevices; // on pages without HTTPS
  byId("cameras").addEventListener("click", choose);
  byId("cameras-cancel").addEventListener("click", () => /** @type {HTMLDialogElement} */ (byId("cameras-dialog")).close());
  byId("cameras-dialog").querySelector("form")?.addEventListener("submit", () => run(fuseFrame));
  byId("cameras-stop").addEventListener("click", stop);
  on(["live"], ({ live }) => (byId("cameras-stop").hidden = !live));
  on(["infrared", "visible"], ({ infrared, visible, live }) => live && (infrared || visible) && stop());
}
