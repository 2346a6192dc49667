// Infrared images that were painted with a palette, back to what was painted; clfnet.thermal.painted.

import { paint } from "./palette.js";
import { refuse } from "./refuse.js";

export const NONE = "none";
const COLOURFUL = 10; // mean of the largest less the smallest channel
const [NEAR, SHARE] = [30, 0.85]; // of the pixels, this share is so near to a palette that it is the one
const STEPS = Float32Array.from({ length: 256 }, (_, i) => i / 255);

/** @type {Map<string, Float32Array>} */
const tables = new Map();

/** Take the palettes that can be undone. @param {{cameras: Record<string, string[]>, programs: Record<string, string[]>}} palettes */
export function setPalettes({ cameras, programs }) {
  for (const [name, colours] of Object.entries(cameras)) tables.set(name, paint(colours, STEPS).map((value) => 255 * value));
  for (const [name, colours] of Object.entries(programs)) tables.set(name, paint(colours, STEPS, true).map((value) => 255 * value));
}

/** The pixels of every so many rows and columns, as 8 bits. @param {Uint8Array | Uint16Array} rgb @param {number} full @param {number} width @param {number} pixels about so many */
function some(rgb, full, width, pixels) {
  const height = rgb.length / 3 / width;
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / pixels)));
  const picked = [];
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) for (let c = 0; c < 3; c++) picked.push(level(rgb[3 * (y * width + x) + c], full));
  }
  return picked;
}

const level = (/** @type {number} */ value, /** @type {number} */ full) => (full === 255 ? value : Math.round(value / 257));

/** @param {Uint8Array | Uint16Array} rgb @param {number} full @param {number} width */
export function isColoured(rgb, full, width) {
  const pixels = some(rgb, full, width, 65536);
  let spread = 0;
  for (let i = 0; i < pixels.length; i += 3) spread += Math.max(pixels[i], pixels[i + 1], pixels[i + 2]) - Math.min(pixels[i], pixels[i + 1], pixels[i + 2]);
  return spread / (pixels.length / 3) > COLOURFUL;
}

/** The place of each pixel in a palette. @param {Uint8Array | Uint16Array} rgb @param {number} full @param {string} palette */
export function undo(rgb, full, palette) {
  const table = tables.get(palette) ?? refuse(`\`infrared_palette\` must be one of auto, none, ${[...tables.keys()].join(", ")}, got '${palette}'. For example auto.`, "ConfigError");
  const levels = new Uint8Array(rgb.length / 3);
  /** @type {Map<number, number>} */
  const known = new Map();
  for (let i = 0; i < levels.length; i++) {
    const [r, g, b] = [level(rgb[3 * i], full), level(rgb[3 * i + 1], full), level(rgb[3 * i + 2], full)];
    const code = (r << 16) | (g << 8) | b;
    const place = known.get(code) ?? nearest(table, r, g, b).place;
    known.set(code, place);
    levels[i] = place;
  }
  return levels;
}

/** Find the palette of an image and undo it; null if no known one fits. @param {Uint8Array | Uint16Array} rgb @param {number} full @param {number} width */
export function recognised(rgb, full, width) {
  const pixels = some(rgb, full, width, 16384);
  let best = { palette: "", fit: 0 };
  for (const [palette, table] of tables) {
    let near = 0;
    for (let i = 0; i < pixels.length; i += 3) if (nearest(table, pixels[i], pixels[i + 1], pixels[i + 2]).square <= NEAR * NEAR) near++;
    const fit = near / (pixels.length / 3);
    if (fit > best.fit) best = { palette, fit };
  }
  return best.fit >= SHARE ? { levels: undo(rgb, full, best.palette), palette: best.palette } : null;
}

/** @param {Float32Array} table @param {number} r @param {number} g @param {number} b */
function nearest(table, r, g, b) {
  let [place, square] = [0, Infinity];
  for (let i = 0, j = 0; i < 256; i++, j += 3) {
    const away = (table[j] - r) ** 2 + (table[j + 1] - g) ** 2 + (table[j + 2] - b) ** 2;
    if (away < square) [place, square] = [i, away];
  }
  return { place, square };
}
