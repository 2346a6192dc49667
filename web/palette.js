// Palettes: heat as colour, and hot areas painted over an image; clfnet.colour.palette.

import { histogram, LEAST_COUNTS, quantile } from "./thermal.js";

const [DEVIATIONS, SHARE, CONTRAST, RAMP] = [4, 0.02, 0.15, 0.1];
const LEAST_PAINTED = 3; // least spans that an image must span for anything to be hot by itself

/** @param {string[]} colours hexadecimal, from cold to hot @returns {number[][]} (N, 3), in [0, 1] */
const parsed = (colours) => colours.map((colour) => [0, 2, 4].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255));

/** Where each colour lies: at its luma, if that rises or falls all the way. @param {number[][]} colours */
function placesOf(colours) {
  const lumas = colours.map(([r, g, b]) => 0.299 * r + 0.587 * g + 0.114 * b);
  const steps = lumas.slice(1).map((luma, i) => luma - lumas[i]);
  const isOrdered = steps.every((step) => step > 0) || steps.every((step) => step < 0);
  const last = lumas.length - 1;
  return lumas.map((luma, i) => (isOrdered ? (luma - lumas[0]) / (lumas[last] - lumas[0]) : i / last));
}

/**
 * The colours of levels.
 * @param {string[]} palette @param {Float32Array} levels in [0, 1] @param {boolean} [evenly] the colours lie at equal distances
 * @returns {Float32Array} (N, 3), in [0, 1]
 */
export function paint(palette, levels, evenly = false) {
  const colours = parsed(palette);
  const places = evenly ? colours.map((_, i) => i / (colours.length - 1)) : placesOf(colours);
  const painted = new Float32Array(3 * levels.length);
  levels.forEach((level, i) => {
    const found = places.findIndex((place) => place >= level);
    const next = found < 0 ? places.length - 1 : Math.max(found, 1);
    const share = Math.min(Math.max((level - places[next - 1]) / (places[next] - places[next - 1]), 0), 1);
    for (let c = 0; c < 3; c++) painted[3 * i + c] = colours[next - 1][c] + share * (colours[next][c] - colours[next - 1][c]);
  });
  return painted;
}

/** The level above which a scene counts as hot; infinity in an even one, which shows noise. @param {import("./thermal.js").Thermal} thermal @param {Float32Array} levels of each value */
export function hot({ values, full, unit, data }, levels) {
  const counts = histogram(values, full, data);
  if (unit === "count" && counts.findLastIndex(Boolean) - counts.findIndex(Boolean) < LEAST_PAINTED * LEAST_COUNTS) return Infinity;
  /** @type {Map<number, number>} */
  const pixels = new Map();
  levels.forEach((level, value) => counts[value] && pixels.set(level, (pixels.get(level) ?? 0) + counts[value]));
  const median = ranked([...pixels], 0.5);
  const share = ranked([...pixels], 1 - SHARE);
  const deviation = 1.4826 * ranked([...pixels].map(([level, count]) => [Math.abs(level - median), count]), 0.5);
  return Math.max(Math.min(median + DEVIATIONS * deviation, share), median + CONTRAST);
}

/** @param {[number, number][]} pixels values and how often they are there @param {number} share */
function ranked(pixels, share) {
  pixels.sort(([a], [b]) => a - b);
  return quantile(pixels.map(([value]) => value), pixels.map(([, count]) => count), share);
}

/** How opaque the paint is at each level. @param {Float32Array} levels @param {number} threshold */
export function opacities(levels, threshold) {
  const ramp = Math.max(Math.min(RAMP, (1 - threshold) / 2), 1e-6);
  return levels.map((level) => {
    const rise = Math.min(Math.max((level - threshold) / ramp, 0), 1);
    return rise * rise * (3 - 2 * rise);
  });
}
