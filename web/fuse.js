// From two pictures to one: range, luma, network, stretch, colour, depth; clfnet.inference.fuser.

import { blend, checkSpace, lumaOf, stretched, withLuma } from "./colour.js";
import { fetched, fuseLuma, network } from "./network.js";
import { setPalettes } from "./painted.js";
import { hot, opacities, paint } from "./palette.js";
import { refuse } from "./refuse.js";
import { ranged, thermalOf } from "./thermal.js";

/** @typedef {import("./read.js").Picture} Picture */
/** @typedef {import("./write.js").Pixels} Pixels */
/** @typedef {{infrared: Pixels, visible: Picture, fused: Pixels, record: Record<string, unknown>}} Fused */

const KNOWN = new Set(["model", "stretch", "range", "infrared_palette", "invert", "space", "strength", "palette", "hot", "depth"]);

/** @type {Promise<{cameras: Record<string, string[]>, programs: Record<string, string[]>}> | null} */
let palettes = null;
/** The last fused luma, which strength, colours and stretch do not change. @type {{key: string, luma: Float32Array} | null} */
let last = null;

/**
 * @param {{picture: Picture, name: string, key: number}} infrared @param {{picture: Picture, name: string, key: number}} visible
 * @param {Record<string, string>} fields of a request @param {() => Promise<void>} giveWay
 * @returns {Promise<Fused>}
 */
export async function fuse(infrared, visible, fields, giveWay) {
  const options = parsed(fields);
  const picture = asGrey(visible.picture);
  palettes ??= fetched("infrared-palettes.json").then((response) => response.json());
  palettes.catch(() => (palettes = null));
  setPalettes(await palettes);
  const thermal = thermalOf(infrared.picture, infrared.name, options.infrared_palette);
  if (infrared.picture.width !== picture.width || infrared.picture.height !== picture.height) {
    refuse(`infrared and visible must be of equal size on this page, got ${sizeOf(infrared)} and ${sizeOf(visible)}. Align them first: \`clfnet fuse\` or \`clfnet serve\` does it.`, "SizeMismatchError");
  }
  const { levels, record } = ranged(thermal, options.range, options.invert);
  const luma = lumaOf(picture, options.space);
  const { data } = thermal;
  const heat = new Float32Array(luma.length);
  for (let i = 0; i < heat.length; i++) heat[i] = data && !data[i] ? luma[i] : levels[thermal.values[i]];
  const { session, model } = await network(options.model);
  const key = JSON.stringify([infrared.key, visible.key, model.name, options.range, options.infrared_palette, options.invert, options.space]);
  if (options.share && last?.key !== key) {
    last = null; // two of them need not be kept
    last = { key, luma: await fuseLuma({ session, model }, heat, luma, picture.width, giveWay) };
  }
  const fused = last?.key === key ? last.luma : luma;
  const wanted = blend(luma, options.share && options.stretch ? stretched(fused) : fused, options.share);
  const colours = await painted(coloured(picture, luma, wanted, options), thermal, levels, options);
  return {
    infrared: { ...picture, channels: 1, full: 255, data: levelsOf(heat, 255), alpha: null, profile: null },
    visible: picture,
    fused: stored(colours, picture, data, options),
    record: {
      model: model.name,
      stretch: options.stretch,
      infrared: record,
      space: options.space,
      strength: options.share,
      ...(options.palette && { palette: options.palette }),
      ...(options.hot !== null && { hot: options.hot }),
      ...(thermal.notes.length && { notes: thermal.notes }),
    },
  };
}

/** Grey that is stored as R, G and B, as grey; a profile of RGB would mean nothing to it. @param {Picture} picture @returns {Picture} */
function asGrey(picture) {
  const { data, channels, profile } = picture;
  if (channels === 1 || profile) return picture;
  for (let i = 0; i < data.length; i += 3) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return picture;
  const grey = data.slice(0, data.length / 3);
  for (let i = 0; i < grey.length; i++) grey[i] = data[3 * i];
  return { ...picture, channels: 1, data: grey };
}

/** @param {{picture: Picture, name: string}} source */
const sizeOf = ({ picture: { width, height }, name }) => `${width}x${height} (${name})`;

/** @typedef {ReturnType<typeof parsed>} Options */

/** @param {Record<string, string>} fields */
function parsed(fields) {
  const unknown = Object.keys(fields).find((name) => !KNOWN.has(name));
  if (unknown) refuse(`\`${unknown}\` is not offered on this page. Leave it out, or use \`clfnet fuse\` or \`clfnet serve\`.`, "ConfigError");
  const palette = fields.palette ?? "";
  const hot = "hot" in fields ? share("hot", fields.hot) : null;
  if (hot !== null && !palette) refuse("`hot` must be given together with `palette`. Add `palette`, or drop `hot`.", "ConfigError");
  const space = fields.space ?? "bt601";
  checkSpace(space);
  return {
    model: fields.model ?? "",
    stretch: fields.stretch === "true",
    range: fields.range ?? "auto",
    infrared_palette: fields.infrared_palette ?? "auto",
    invert: fields.invert === "true",
    space,
    share: "strength" in fields ? share("strength", fields.strength) : palette ? 0 : 1,
    palette,
    hot,
    depth: fields.depth === "16" ? 65535 : 255,
  };
}

/** @param {string} name @param {string} text */
function share(name, text) {
  const number = text.trim() ? Number(text) : NaN;
  return number >= 0 && number <= 1 ? number : refuse(`\`${name}\` must be in [0, 1], got '${text}'. Correct the value.`, "ConfigError");
}

/** @param {Picture} picture @param {Float32Array} luma @param {Float32Array} wanted @param {Options} options */
const coloured = (picture, luma, wanted, { space }) => (picture.channels === 3 ? withLuma(picture, luma, wanted, space) : wanted);

/**
 * Paint what is hot.
 * @param {Float32Array} base @param {import("./thermal.js").Thermal} thermal @param {Float32Array} levels of each value
 * @param {Options} options
 */
async function painted(base, thermal, levels, options) {
  if (!options.palette) return base;
  const palettes = await (await fetched("palettes.json")).json();
  const colours = palettes[options.palette] ?? refuse(`\`palette\` must be one of ${Object.keys(palettes).join(", ")}, got '${options.palette}'.`, "ConfigError");
  const paints = paint(colours, levels);
  const opacity = opacities(levels, options.hot ?? hot(thermal, levels));
  const pixels = thermal.values.length;
  const channels = base.length / pixels;
  const result = new Float32Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    const value = thermal.values[i];
    const share = thermal.data && !thermal.data[i] ? 0 : opacity[value];
    for (let c = 0; c < 3; c++) result[3 * i + c] = (1 - share) * base[channels * i + (channels === 3 ? c : 0)] + share * paints[3 * value + c];
  }
  return result;
}

/** Levels of values in [0, 1], to the nearest: by its type, to the even one of two. @param {Float32Array} values @param {number} full */
function levelsOf(values, full) {
  if (full !== 255) return Uint16Array.from(values, (value) => Math.round(value * full));
  const levels = new Uint8ClampedArray(values.length);
  for (let i = 0; i < levels.length; i++) levels[i] = values[i] * 255;
  return new Uint8Array(levels.buffer);
}

/**
 * Levels of the result; where there is no infrared, the visible image's own.
 * @param {Float32Array} values @param {Picture} picture @param {Uint8Array | null} data @param {Options} options
 * @returns {Pixels}
 */
function stored(values, picture, data, { depth }) {
  const full = /** @type {number} */ (Math.max(depth, picture.full));
  const by = full / picture.full;
  const channels = /** @type {1 | 3} */ (values.length / (picture.width * picture.height));
  const result = levelsOf(values, full);
  for (let i = 0; data && i < data.length; i++) {
    if (data[i]) continue;
    for (let c = 0; c < channels; c++) result[channels * i + c] = by * picture.data[picture.channels * i + (picture.channels === 3 ? c : 0)];
  }
  const alpha = picture.alpha && (by === 1 ? picture.alpha : Uint16Array.from(picture.alpha, (value) => by * value));
  return { width: picture.width, height: picture.height, channels, full, data: result, alpha, profile: picture.profile };
}
