// The work, off the page's own thread: fuses, and keeps results for a while. Answers backend.js.

import { cliLine } from "./command.js";
import { fuse } from "./fuse.js";
import { models } from "./network.js";
import { pixelsOf, read } from "./read.js";
import { refuse } from "./refuse.js";
import { bitmap, jpeg, png } from "./write.js";

/** @typedef {{key: number, file: File}} Source a file, and what tells it from others */
/** @typedef {{infrared: Source, visible: Source | null, fields: Record<string, string>, isKept: boolean}} Order */
/** @typedef {import("./fuse.js").Fused & {stem: string}} Kept */

const MOST_READ = 4; // files that stay decoded
const MOST_RESULTS = 12;
const MOST_BYTES = 512 * 2 ** 20; // of results

/** @type {Map<number, Promise<import("./read.js").Picture>>} */
const decoded = new Map();
/** @type {Map<string, Kept>} */
const results = new Map();
/** @type {Set<number>} */
const givenUp = new Set();
let [count, moment] = [0, 0]; // moments are keys of frames, below those of files
/** @type {Promise<unknown>} */
let queue = Promise.resolve();

const channel = new MessageChannel();
/** Let messages in, and end what was given up meanwhile. @param {number} id */
async function giveWay(id) {
  await new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(null);
  });
  if (givenUp.has(id)) throw new DOMException("given up", "AbortError");
}

/** @param {Source} source */
function picture({ key, file }) {
  const found = decoded.get(key) ?? read(file);
  decoded.delete(key); // to the end: the oldest goes first
  decoded.set(key, found);
  found.catch(() => decoded.delete(key));
  if (decoded.size > MOST_READ) decoded.delete(decoded.keys().next().value ?? key);
  return found;
}

/** @param {Order} order @param {number} id @returns {Promise<Blob | import("./api.js").Result>} */
async function fused({ infrared, visible, fields, isKept }, id) {
  await giveWay(id);
  if (!visible) refuse(`${infrared.file.name} holds what a thermal camera measured, which this page does not read. Use \`clfnet fuse\` or \`clfnet serve\`, or add a visible image to a plain infrared one.`);
  const [heat, light] = await Promise.all([infrared, visible].map(async (source) => ({ picture: await picture(source), name: source.file.name, key: source.key })));
  const done = await fuse(heat, light, fields, () => giveWay(id));
  if (!isKept) return png(done.fused);
  const name = String(++count);
  results.set(name, { ...done, stem: visible.file.name.replace(/\.[^.]*$/, "") });
  forget();
  const base = `results/${name}`;
  const isPlain = done.fused.full === 255 && !done.fused.alpha;
  return {
    id: name,
    width: done.fused.width,
    height: done.fused.height,
    record: done.record,
    rig: null,
    links: { png: `${base}/fused.png`, infrared: `${base}/infrared.png`, visible: `${base}/visible.png`, ...(isPlain && { jpeg: `${base}/fused.jpg` }) },
    cli: cliLine(infrared.file.name, visible.file.name, { ...fields, model: /** @type {string} */ (done.record.model) }),
    curl: "",
  };
}

const bytesOf = (/** @type {Kept} */ { infrared, visible, fused }) => infrared.data.byteLength + visible.data.byteLength + fused.data.byteLength;

/** Drop the oldest results while there are too many; the newest stays. */
function forget() {
  for (const name of [...results.keys()].slice(0, -1)) {
    const bytes = [...results.values()].reduce((sum, each) => sum + bytesOf(each), 0);
    if (results.size <= MOST_RESULTS && bytes <= MOST_BYTES) return;
    results.delete(name);
  }
}

/** @param {string} link @returns {{kept: Kept, kind: "infrared" | "visible" | "fused", suffix: string}} */
function kept(link) {
  const [, name, kind, suffix] = /^results\/(\d+)\/(infrared|visible|fused)\.(png|jpg)$/.exec(link) ?? [];
  const found = results.get(name);
  if (!found) return refuse("This result is kept no longer. Fuse again.", "NotFound");
  return { kept: found, kind: /** @type {"infrared" | "visible" | "fused"} */ (kind), suffix };
}

/** @param {string} link */
async function file(link) {
  const { kept: found, kind, suffix } = kept(link);
  const blob = suffix === "jpg" ? await jpeg(found[kind]) : await png(found[kind], kind === "fused" ? found.record : undefined);
  return { blob, name: `${found.stem}-${kind}.${suffix}` };
}

/** @param {string} link */
const drawn = (link) => {
  const { kept: found, kind } = kept(link);
  return bitmap(found[kind]);
};

/**
 * One frame of two cameras, on the grid of the visible one.
 * @param {{infrared: ImageBitmap, visible: ImageBitmap, width: number, height: number, fields: Record<string, string>}} frames
 */
async function frame({ infrared, visible, width, height, fields }) {
  const [heat, light] = [infrared, visible].map((bitmap, i) => ({ picture: pixelsOf(bitmap, width, height), name: i ? "visible" : "infrared", key: --moment }));
  infrared.close();
  visible.close();
  const { fused, infrared: shown } = await fuse(heat, light, { infrared_palette: "none", ...fields }, async () => {});
  return { fused: await bitmap(fused), infrared: await bitmap(shown), visible: await bitmap(light.picture) };
}

/** @type {Record<string, (message: any, id: number) => Promise<any>>} */
const TASKS = {
  fuse: (order, id) => {
    const turn = queue.then(() => fused(order, id));
    queue = turn.catch(() => {});
    return turn;
  },
  file,
  frame: (frames) => frame(frames),
  picture: drawn,
  models,
};

onmessage = async ({ data: { id, task, message } }) => {
  if (task === "give up") {
    givenUp.add(id);
    return;
  }
  try {
    const answer = await TASKS[task](message, id);
    postMessage({ id, answer }, { transfer: [answer, ...Object.values(answer)].filter((each) => each instanceof ImageBitmap) });
  } catch (error) {
    const { message: text, kind = "Browser" } = /** @type {{message: string, kind?: string}} */ (error);
    postMessage({ id, error: { message: text, kind } });
  }
  givenUp.delete(id);
};
