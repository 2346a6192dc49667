// An infrared image as numbers and what they mean, and the range of them that is shown: what
// clfnet.thermal does with pictures.

import { refuse } from "./refuse.js";
import { isColoured, NONE, recognised, undo } from "./painted.js";

/**
 * @typedef {object} Thermal
 * @property {Uint8Array | Uint16Array} values
 * @property {number} full full scale of the values
 * @property {"level" | "count"} unit of 8 bits levels, of 16 counts
 * @property {Uint8Array | null} data 1 where there is a measurement; null where there is one everywhere
 * @property {string[]} notes
 */

/** @typedef {{levels: Float32Array, record: Record<string, string | number>}} Ranged for each value its level in [0, 1] */

const SENTINELS = [0, 65535, 32767]; // of clfnet.thermal.nodata, those that 16 bits can hold
export const LEAST_COUNTS = 64;
const DEFAULT = [0.5, 99.5];
const WEIGHTS = [0.299, 0.587, 0.114].map(Math.fround);

/** @param {import("./read.js").Picture} picture @param {string} name @param {string} palette auto, none or the name of one */
export function thermalOf(picture, name, palette) {
  if (picture.isRadiometric) refuse(`${name} holds what a thermal camera measured, which this page does not read. Use \`clfnet fuse\` or \`clfnet serve\`.`);
  const { values, full, notes } = valuesOf(picture, palette);
  const unit = /** @type {"level" | "count"} */ (full === 255 ? "level" : "count");
  const data = known(picture.alpha) ?? (unit === "count" ? guessed(values) : null);
  if (data && !data.includes(1)) refuse(`${name} must hold data, but has none anywhere.`);
  return { values, full, unit, data, notes };
}

/** @param {import("./read.js").Picture} picture @param {string} palette */
function valuesOf({ data, channels, full, width }, palette) {
  if (channels === 1) return { values: data, full, notes: [] };
  if (palette === NONE || (palette === "auto" && !isColoured(data, full, width))) return { values: grey(data), full, notes: [] };
  if (palette !== "auto") return { values: undo(data, full, palette), full: 255, notes: [] };
  const found = recognised(data, full, width);
  if (found) return { values: found.levels, full: 255, notes: [`infrared: painted (${found.palette}), which was undone; --infrared-palette none takes its brightness instead`] };
  return { values: grey(data), full, notes: ["infrared: in colour, and not by a palette known here; its brightness is taken. If it is the visible image, swap the two; if another palette, name it (--infrared-palette)"] };
}

/** @param {Uint8Array | Uint16Array} rgb */
function grey(rgb) {
  const values = rgb.slice(0, rgb.length / 3);
  for (let i = 0, j = 0; i < values.length; i++, j += 3) values[i] = Math.round(rgb[j] * WEIGHTS[0] + rgb[j + 1] * WEIGHTS[1] + rgb[j + 2] * WEIGHTS[2]);
  return values;
}

/** @param {Uint8Array | Uint16Array | null} alpha */
function known(alpha) {
  if (!alpha?.includes(0)) return null;
  return Uint8Array.from(alpha, (value) => (value ? 1 : 0));
}

/** Where an unstated fill is not; null if there is none: see `guess` of clfnet.thermal.nodata. @param {Uint8Array | Uint16Array} values */
function guessed(values) {
  const counts = histogram(values, 65535, null);
  let found = false;
  for (const sentinel of SENTINELS) {
    if (!counts[sentinel]) continue;
    const there = counts[sentinel];
    counts[sentinel] = 0;
    const [low, high] = [counts.findIndex(Boolean), counts.findLastIndex(Boolean)];
    const gap = Math.max(low - sentinel, sentinel - high);
    if (low >= 0 && gap > high - low && high > low) found = true;
    else counts[sentinel] = there;
  }
  return found ? Uint8Array.from(values, (value) => (counts[value] ? 1 : 0)) : null;
}

/** How often each value is there. @param {Uint8Array | Uint16Array} values @param {number} full @param {Uint8Array | null} data */
export function histogram(values, full, data) {
  const counts = new Uint32Array(full + 1);
  for (let i = 0; i < values.length; i++) if (!data || data[i]) counts[values[i]]++;
  return counts;
}

/**
 * What a percentile of numbers is, as numpy has it by default.
 * @param {ArrayLike<number>} values in rising order @param {ArrayLike<number>} counts of each @param {number} share in [0, 1]
 */
export function quantile(values, counts, share) {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  const place = share * (total - 1);
  const [low, rest] = [Math.floor(place), place % 1];
  let [seen, below] = [0, NaN];
  for (let i = 0; i < counts.length; i++) {
    seen += counts[i];
    if (!(seen > low)) continue;
    if (Number.isNaN(below)) below = values[i];
    if (!rest || seen > low + 1) return below + rest * (values[i] - below);
  }
  return below;
}

/** @param {Thermal} thermal @param {string} text as `--range` has it @param {boolean} invert @returns {Ranged} */
export function ranged(thermal, text, invert) {
  const { low, high, record } = limits(thermal, text.trim().toLowerCase());
  const levels = new Float32Array(thermal.full + 1);
  for (let value = 0; value <= thermal.full; value++) {
    const level = low === high ? 0.5 : Math.min(Math.max((value - low) / (high - low), 0), 1);
    levels[value] = invert ? 1 - level : level;
  }
  return { levels, record: { ...record, unit: thermal.unit, ...(invert && { invert: "true" }) } };
}

/** @param {Thermal} thermal @param {string} text @returns {{low: number, high: number, record: Record<string, string | number>}} */
function limits(thermal, text) {
  if (text === "full" || (text === "auto" && thermal.unit === "level")) return { low: 0, high: thermal.full, record: { range: "full", low: 0, high: thermal.full } };
  if (text === "auto") {
    const { low, high, record } = percentiles(thermal, DEFAULT);
    if (high - low >= LEAST_COUNTS) return { low, high, record };
    return { low, high: low + LEAST_COUNTS, record: { ...record, high: low + LEAST_COUNTS, least_span: LEAST_COUNTS } };
  }
  const [name, ...rest] = text.split(":");
  const numbers = (rest[0] ?? name).split(",").map((part) => (part.trim() ? Number(part) : NaN));
  const ordered = numbers.length === 2 && numbers[0] < numbers[1]; // NaN is neither
  if (text === "percentile") return percentiles(thermal, DEFAULT);
  if (name === "percentile" && rest.length === 1) {
    if (ordered && numbers[0] >= 0 && numbers[1] <= 100) return percentiles(thermal, numbers);
    refuse(`\`range\` percentile must have 0 ≤ LOW < HIGH ≤ 100, got ${rest[0]}. For example percentile:1,99.`, "ConfigError");
  }
  if (rest.length || numbers.length !== 2 || numbers.some((number) => !Number.isFinite(number))) refuse(`\`range\` must be auto, full, percentile[:LOW,HIGH] or LOW,HIGH on this page, got '${text}'. For example percentile:1,99 or 20000,24000.`, "ConfigError");
  if (!ordered) refuse(`\`range\` must have LOW < HIGH, got ${numbers.join(" and ")}. For example 20000,24000.`, "ConfigError");
  return { low: numbers[0], high: numbers[1], record: { range: "limits", low: numbers[0], high: numbers[1] } };
}

/** @param {Thermal} thermal @param {number[]} percents */
function percentiles({ values, full, data }, percents) {
  const counts = histogram(values, full, data);
  const all = Uint32Array.from(counts, (_, value) => value);
  let [low, high] = percents.map((percent) => quantile(all, counts, percent / 100));
  if (low === high) [low, high] = [counts.findIndex(Boolean), counts.findLastIndex(Boolean)];
  return { low, high, record: { range: "percentile", low, high, low_percentile: percents[0], high_percentile: percents[1] } };
}
