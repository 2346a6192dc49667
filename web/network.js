// The networks by ONNX Runtime, compiled to WebAssembly: loaded once, run in tiles.

import * as ort from "onnxruntime-web/wasm";

import { refuse } from "./refuse.js";

/** @typedef {{name: string, file: string, margin: number, multiple: number, factor: number, bytes_per_pixel: number, is_default: boolean}} Model */
/** @typedef {{session: ort.InferenceSession, model: Model}} Network */

const MEMORY = 192 * 2 ** 20; // bytes for one tile; WebAssembly never gives memory back
const MOST_THREADS = 8;

const here = (/** @type {string} */ name) => new URL(name, import.meta.url);

/** @type {Promise<void> | null} */
let runtime = null;
/** @type {Map<string, Promise<Network>>} */
const loaded = new Map();
/** @type {Promise<Model[]> | null} */
let listed = null;

/** @param {string} name @returns {Promise<Response>} */
export async function fetched(name) {
  const response = await fetch(here(name)).catch(() => null);
  return response?.ok ? response : refuse(`${name} could not be loaded. Go online once, and try again.`, "Network");
}

/** Threads need a page that is isolated from others. */
export const threads = () => (crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MOST_THREADS) : 1);

/** The runtime travels compressed, whatever the host does, and is unpacked here. */
async function start() {
  const { body } = await fetched("ort.wasm.gzip");
  if (!body) return refuse("ort.wasm.gzip is empty. Reload the page.", "Network");
  ort.env.wasm.wasmBinary = await new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  ort.env.wasm.wasmPaths = { mjs: here("ort-wasm-simd-threaded.mjs").href };
  ort.env.wasm.numThreads = threads();
}

/** @returns {Promise<Model[]>} */
export async function models() {
  listed ??= fetched("models.json").then(async (response) => (await response.json()).models);
  listed.catch(() => (listed = null));
  return listed;
}

/** @param {string} name the default model's if it is empty @returns {Promise<Network>} */
export async function network(name) {
  const all = await models();
  const model = all.find((each) => (name ? each.name === name : each.is_default));
  if (!model) return refuse(`\`model\` must be one of ${all.map((each) => each.name).join(", ")} on this page, got '${name}'.`, "WeightsError");
  const found = loaded.get(model.name) ?? load(model);
  loaded.set(model.name, found);
  found.catch(() => loaded.delete(model.name));
  return found;
}

/** @param {Model} model @returns {Promise<Network>} */
async function load(model) {
  runtime ??= start();
  runtime.catch(() => (runtime = null));
  const [graph] = await Promise.all([fetched(model.file).then((response) => response.arrayBuffer()), runtime]);
  return { session: await ort.InferenceSession.create(new Uint8Array(graph), { executionProviders: ["wasm"] }), model };
}

/**
 * Fuse at two scales, as clfnet.nn.scales does.
 * @param {Network} network @param {Float32Array} infrared (H, W), in [0, 1] @param {Float32Array} visible
 * @param {number} width @param {() => Promise<void>} giveWay called between tiles; may throw
 */
export async function fuseLuma(network, infrared, visible, width, giveWay) {
  const { factor } = network.model;
  const columns = Math.ceil(width / factor);
  const coarse = await fuseInTiles(network, shrunk(infrared, width, factor), shrunk(visible, width, factor), columns, giveWay);
  const fused = await fuseInTiles(network, infrared, visible, width, giveWay);
  const change = shrunk(fused, width, factor);
  for (let at = 0; at < change.length; at++) change[at] = coarse[at] - change[at];
  addEnlarged(fused, width, change, columns, factor);
  return fused;
}

/**
 * Fuse at one scale in tiles, as clfnet.inference.tiling does.
 * @param {Network} network @param {Float32Array} infrared @param {Float32Array} visible
 * @param {number} width @param {() => Promise<void>} giveWay
 */
async function fuseInTiles({ session, model }, infrared, visible, width, giveWay) {
  const height = visible.length / width;
  const fused = new Float32Array(visible.length);
  for (const { around, inner } of tiles(height, width, model)) {
    const size = [1, 1, around.bottom - around.top, around.right - around.left];
    const feeds = { infrared: new ort.Tensor("float32", cut(infrared, width, around), size), visible: new ort.Tensor("float32", cut(visible, width, around), size) };
    const { fused: tile } = await session.run(feeds);
    paste(fused, width, inner, /** @type {Float32Array} */ (tile.data), around);
    tile.dispose();
    await giveWay();
  }
  return fused;
}

/** The means of squares of factor² pixels; the last row and column are repeated to fill them.
 * @param {Float32Array} image @param {number} width @param {number} factor */
export function shrunk(image, width, factor) {
  const height = image.length / width;
  const [rows, columns] = [Math.ceil(height / factor), Math.ceil(width / factor)];
  const means = new Float32Array(rows * columns);
  for (let y = 0; y < rows * factor; y++) {
    const [from, into] = [Math.min(y, height - 1) * width, Math.floor(y / factor) * columns];
    for (let x = 0; x < columns * factor; x++) means[into + Math.floor(x / factor)] += image[from + Math.min(x, width - 1)];
  }
  return means.map((sum) => sum / factor ** 2);
}

/** Between which two places a pixel of an enlarged image lies, and how near to the second one.
 * @param {number} at @param {number} factor @param {number} places */
function between(at, factor, places) {
  const where = Math.min(Math.max((at + 0.5) / factor - 0.5, 0), places - 1);
  const first = Math.floor(where);
  return { first, second: Math.min(first + 1, places - 1), share: where - first };
}

/** Add a smaller image, enlarged by linear interpolation, and clip to [0, 1].
 * @param {Float32Array} image is changed @param {number} width @param {Float32Array} change
 * @param {number} columns of `change` @param {number} factor */
export function addEnlarged(image, width, change, columns, factor) {
  const [height, rows] = [image.length / width, change.length / columns];
  const across = Array.from({ length: width }, (_, x) => between(x, factor, columns));
  const row = new Float32Array(columns);
  for (let y = 0; y < height; y++) {
    const down = between(y, factor, rows);
    for (let x = 0; x < columns; x++) row[x] = (1 - down.share) * change[down.first * columns + x] + down.share * change[down.second * columns + x];
    for (let x = 0, at = y * width; x < width; x++, at++) {
      const { first, second, share } = across[x];
      image[at] = Math.min(Math.max(image[at] + (1 - share) * row[first] + share * row[second], 0), 1);
    }
  }
}

/** @typedef {{top: number, bottom: number, left: number, right: number}} Box */

const up = (/** @type {number} */ number, /** @type {number} */ multiple) => Math.ceil(number / multiple) * multiple;

/** @param {number} height @param {number} width @param {Model} model @returns {{around: Box, inner: Box}[]} */
export function tiles(height, width, { margin, multiple, bytes_per_pixel }) {
  const edge = up(margin, multiple);
  const side = (/** @type {number} */ length, /** @type {number} */ parts) => Math.min(up(Math.ceil(length / parts), multiple), length);
  const around = (/** @type {number} */ length, /** @type {number} */ parts) => (parts === 1 ? length : side(length, parts) + 2 * edge);
  let [rows, columns] = [1, 1];
  while (around(height, rows) * around(width, columns) * bytes_per_pixel > MEMORY) {
    if (side(height, rows) > side(width, columns)) rows++;
    else columns++;
  }
  const spans = (/** @type {number} */ length, /** @type {number} */ step) => Array.from({ length: Math.ceil(length / step) }, (_, i) => [i * step, Math.min((i + 1) * step, length)]);
  return spans(height, side(height, rows)).flatMap(([top, bottom]) =>
    spans(width, side(width, columns)).map(([left, right]) => ({
      inner: { top, bottom, left, right },
      around: { top: Math.max(0, top - edge), bottom: Math.min(bottom + edge, height), left: Math.max(0, left - edge), right: Math.min(right + edge, width) },
    })));
}

/** @param {Float32Array} image @param {number} width @param {Box} box */
function cut(image, width, { top, bottom, left, right }) {
  if (right - left === width) return image.subarray(top * width, bottom * width);
  const part = new Float32Array((bottom - top) * (right - left));
  for (let y = top, at = 0; y < bottom; y++, at += right - left) part.set(image.subarray(y * width + left, y * width + right), at);
  return part;
}

/** @param {Float32Array} into @param {number} width @param {Box} inner @param {Float32Array} tile @param {Box} around */
function paste(into, width, inner, tile, around) {
  for (let y = inner.top; y < inner.bottom; y++) {
    let from = (y - around.top) * (around.right - around.left) + inner.left - around.left;
    for (let at = y * width + inner.left, end = y * width + inner.right; at < end; at++, from++) into[at] = Math.min(Math.max(tile[from], 0), 1);
  }
}
