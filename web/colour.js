// Luma out of colours and into them, pixel by pixel; clfnet.colour.luma, where the formulas are told.

import { refuse } from "./refuse.js";

const BT601 = [0.299, 0.587, 0.114].map(Math.fround);
const BT709 = [0.2126, 0.7152, 0.0722].map(Math.fround);
const [DARK, LIT] = [0.1, 0.4];
const BLACK = 1e-12;

/** @typedef {import("./read.js").Picture} Picture */

/** @param {string} space */
export function checkSpace(space) {
  if (space !== "bt601" && space !== "linear") refuse(`\`space\` must be one of bt601, linear, got '${space}'.`, "ConfigError");
}

/** What of a picture is fused. @param {Picture} picture @param {string} space @returns {Float32Array} in [0, 1] */
export function lumaOf({ data, channels, full }, space) {
  const luma = new Float32Array(data.length / channels);
  if (channels === 1) {
    for (let i = 0; i < luma.length; i++) luma[i] = data[i] / full;
    return luma;
  }
  const light = space === "linear" ? lights(full) : null;
  for (let i = 0, j = 0; i < luma.length; i++, j += 3) {
    const [r, g, b] = [data[j], data[j + 1], data[j + 2]];
    luma[i] = light
      ? encoded(Math.min(light[r] * BT709[0] + light[g] * BT709[1] + light[b] * BT709[2], 1))
      : Math.min((r * BT601[0] + g * BT601[1] + b * BT601[2]) / full, 1);
  }
  return luma;
}

/**
 * Give colours another luma.
 * @param {Picture} picture of three channels @param {Float32Array} luma that it has @param {Float32Array} wanted @param {string} space
 * @returns {Float32Array} (H, W, 3), in [0, 1]
 */
export function withLuma(picture, luma, wanted, space) {
  return space === "linear" ? inLight(picture, luma, wanted) : stored(picture, luma, wanted);
}

/** @param {Picture} picture @param {Float32Array} luma @param {Float32Array} wanted */
function stored({ data, full }, luma, wanted) {
  const result = new Float32Array(data.length);
  const trust = trusts(full);
  for (let i = 0, j = 0; i < luma.length; i++, j += 3) {
    const old = luma[i];
    const next = wanted[i];
    const r = data[j];
    const g = data[j + 1];
    const b = data[j + 2];
    const doubt = 1 - trust[r > g ? (r > b ? r : b) : g > b ? g : b];
    // to the power of the doubt, which is 0 where it is lit; as here, it takes half of the time
    const kept = doubt && old !== next ? Math.exp(doubt * (next < old ? Math.log(next / old) : Math.log(old / next) / 2)) : 1;
    addChroma(result, j, next, kept * (r / full - old), kept * (g / full - old), kept * (b / full - old));
  }
  return result;
}

/** @param {Picture} picture @param {Float32Array} luma @param {Float32Array} wanted */
function inLight({ data, full }, luma, wanted) {
  const result = new Float32Array(data.length);
  const [trust, light] = [trusts(full), lights(full)];
  for (let i = 0, j = 0; i < luma.length; i++, j += 3) {
    const [r, g, b] = [data[j], data[j + 1], data[j + 2]];
    const old = Math.min(light[r] * BT709[0] + light[g] * BT709[1] + light[b] * BT709[2], 1);
    const target = linear(wanted[i]);
    const doubt = 1 - trust[Math.max(r, g, b)];
    const kept = doubt && luma[i] < wanted[i] ? (luma[i] / wanted[i]) ** (1.5 * doubt) : 1;
    const gain = old > BLACK ? (target / old) * kept : 0;
    addChroma(result, j, target, gain * (light[r] - old), gain * (light[g] - old), gain * (light[b] - old));
    for (let c = 0; c < 3; c++) result[j + c] = encoded(result[j + c]);
  }
  return result;
}

/** Add chroma to grey, scaled until it fits. @param {Float32Array} into @param {number} at @param {number} grey @param {number} r @param {number} g @param {number} b */
function addChroma(into, at, grey, r, g, b) {
  const above = Math.max(r, g, b);
  const below = -Math.min(r, g, b);
  let fit = above > 1 - grey ? (1 - grey) / above : 1;
  if (below * fit > grey) fit = grey / below;
  into[at] = within(grey + r * fit);
  into[at + 1] = within(grey + g * fit);
  into[at + 2] = within(grey + b * fit);
}

const within = (/** @type {number} */ value) => (value < 0 ? 0 : value > 1 ? 1 : value); // rounding

/** How far each brightest channel's chroma is trusted. @param {number} full */
function trusts(full) {
  return Float32Array.from({ length: full + 1 }, (_, value) => {
    const rise = Math.min(Math.max((value / full - DARK) / (LIT - DARK), 0), 1);
    return value / full < LIT ? rise * rise * (3 - 2 * rise) : 1;
  });
}

/** The light of each stored value. @param {number} full */
const lights = (full) => Float32Array.from({ length: full + 1 }, (_, value) => linear(value / full));

const linear = (/** @type {number} */ value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const encoded = (/** @type {number} */ light) => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);

/** (1 − share) · visible + share · fused, in the place of the latter. @param {Float32Array} visible @param {Float32Array} fused @param {number} share */
export function blend(visible, fused, share) {
  if (share === 1) return fused;
  return share ? fused.map((value, i) => (1 - share) * visible[i] + share * value) : visible;
}

/** Spread to the full range. @param {Float32Array} luma */
export function stretched(luma) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of luma) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low === high ? luma : luma.map((value) => (value - low) / (high - low));
}
