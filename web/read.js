// Files → numbers as the file holds them: PNG of 8 and 16 bits, and JPEG by the browser's decoder.

import { convertIndexedToRgb, decode, hasPngSignature } from "fast-png";

import { refuse } from "./refuse.js";

/**
 * @typedef {object} Picture
 * @property {number} width
 * @property {number} height
 * @property {1 | 3} channels
 * @property {number} full full scale: 255 or 65535
 * @property {Uint8Array | Uint16Array} data row by row, channels last
 * @property {Uint8Array | Uint16Array | null} alpha
 * @property {Uint8Array | null} profile of its colours (ICC)
 * @property {boolean} isRadiometric it holds what a thermal camera measured, beside what is read here
 */

const MOST_PIXELS = 32e6; // a pair of them takes about a gigabyte
const MOST_BYTES = 256 * 2 ** 20;

/** @param {File} file @returns {Promise<Picture>} */
export async function read(file) {
  if (file.size > MOST_BYTES) refuse(`${file.name} must have at most 256 MiB, but has ${Math.round(file.size / 2 ** 20)}. Use \`clfnet fuse\`.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (hasPngSignature(bytes.subarray(0, 8))) return whole(file, () => readPng(bytes, file.name));
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return whole(file, () => readJpeg(file, bytes));
  return refuse(`${file.name} must be PNG or JPEG on this page. Convert it, or use \`clfnet fuse\`, which reads it.`);
}

/** What decoders throw, in one line. @template T @param {File} file @param {() => T | Promise<T>} reading */
async function whole(file, reading) {
  try {
    return await reading();
  } catch (error) {
    if (error instanceof Error && error.name === "Refused") throw error;
    const why = error instanceof Error ? error.message : String(error);
    return refuse(`${file.name} must be a whole image, but is damaged (${why}). Make or copy it again.`);
  }
}

/** @param {number} width @param {number} height @param {string} name */
function checkSize(width, height, name) {
  if (width < 1 || height < 1) refuse(`${name} must have pixels, but is ${width}x${height}. Make it again.`);
  if (width * height > MOST_PIXELS) refuse(`${name} must have at most ${MOST_PIXELS / 1e6} megapixels on this page, but is ${width}x${height}. Use \`clfnet fuse\`.`);
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {string} name @returns {Picture} */
function readPng(bytes, name) {
  const header = new DataView(bytes.buffer, 16, 8);
  checkSize(header.getUint32(0), header.getUint32(4), name);
  const png = decode(bytes, { checkCrc: true });
  const { width, height, depth } = png;
  const { samples, channels } = unpacked(png);
  const full = depth === 16 ? 65535 : 255;
  const colours = channels > 2 ? 3 : 1;
  const alpha = channels % 2 === 0 ? every(samples, channels, colours, 1) : keyed(png, samples, channels);
  const data = channels === colours ? samples : every(samples, channels, 0, colours);
  return { width, height, channels: colours, full, data, alpha, profile: png.iccEmbeddedProfile?.profile ?? null, isRadiometric: false };
}

/** Samples of 8 or 16 bits, palettes looked up. @param {import("fast-png").DecodedPng} png */
function unpacked(png) {
  if (png.palette) {
    const channels = png.palette[0]?.length ?? 3;
    return { samples: new Uint8Array(convertIndexedToRgb(png)), channels };
  }
  const samples = png.data instanceof Uint16Array ? png.data : new Uint8Array(png.data);
  if (png.depth >= 8) return { samples, channels: png.channels };
  return { samples: spread(samples, png), channels: 1 };
}

/** Grey of 1, 2 or 4 bits, packed in rows of whole bytes, as 8 bits. @param {Uint8Array | Uint16Array} packed @param {import("fast-png").DecodedPng} png */
function spread(packed, { width, height, depth }) {
  const [most, stride] = [2 ** depth - 1, Math.ceil((width * depth) / 8)];
  const samples = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const bit = x * depth;
      samples[i] = (((packed[y * stride + (bit >> 3)] >> (8 - depth - (bit & 7))) & most) * 255) / most;
    }
  }
  return samples;
}

/** The channels from one on, `count` of them. @template {Uint8Array | Uint16Array} T @param {T} samples @param {number} channels @param {number} from @param {number} count @returns {T} */
function every(samples, channels, from, count) {
  const pixels = samples.length / channels;
  const picked = /** @type {T} */ (samples.slice(0, pixels * count));
  for (let i = 0; i < pixels; i++) for (let c = 0; c < count; c++) picked[i * count + c] = samples[i * channels + from + c];
  return picked;
}

/** Alpha of a PNG of which one colour is transparent. @param {import("fast-png").DecodedPng} png @param {Uint8Array | Uint16Array} samples @param {number} channels */
function keyed({ transparency, palette, depth }, samples, channels) {
  if (!transparency || palette) return null;
  const scale = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const alpha = samples.slice(0, samples.length / channels).fill(depth === 16 ? 65535 : 255);
  for (let i = 0; i < alpha.length; i++) {
    let same = true;
    for (let c = 0; c < channels; c++) same &&= samples[i * channels + c] === transparency[c] * scale;
    if (same) alpha[i] = 0;
  }
  return alpha;
}

/** @param {File} file @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Picture>} */
async function readJpeg(file, bytes) {
  const { width, height, components, profile, isRadiometric } = describe(bytes);
  checkSize(width, height, file.name);
  if (components !== 1 && components !== 3) refuse(`${file.name} must be grey or RGB, but has ${components} colours. Convert it.`);
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" }); // upright
  const picture = pixelsOf(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  const data = components === 3 ? picture.data : every(picture.data, 3, 0, 1);
  return { ...picture, channels: components, data, profile, isRadiometric };
}

/** The colours of a bitmap, drawn at a size. @param {ImageBitmap} bitmap @param {number} width @param {number} height @returns {Picture} */
export function pixelsOf(bitmap, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0, width, height);
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint8Array(3 * width * height);
  for (let i = 0, j = 0; i < data.length; i += 3, j += 4) {
    data[i] = rgba[j];
    data[i + 1] = rgba[j + 1];
    data[i + 2] = rgba[j + 2];
  }
  return { width, height, channels: 3, full: 255, data, alpha: null, profile: null, isRadiometric: false };
}

/** What the segments before the pixels say. @param {Uint8Array<ArrayBuffer>} bytes */
function describe(bytes) {
  const view = new DataView(bytes.buffer);
  const text = new TextDecoder("latin1");
  /** @type {Uint8Array[]} */
  const parts = [];
  let [isFlir, hasRaw, isDji] = [false, false, false];
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const payload = bytes.subarray(at + 4, at + 2 + view.getUint16(at + 2));
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const profile = parts.length ? new Uint8Array(parts.flatMap((part) => [...part])) : null;
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components: bytes[at + 9], profile, isRadiometric: isFlir || (hasRaw && isDji) };
    }
    if (marker === 0xe1) {
      const content = text.decode(payload);
      isFlir ||= content.startsWith("FLIR\0");
      isDji ||= content.includes("drone-dji") || (content.startsWith("Exif") && content.includes("DJI"));
    }
    if (marker === 0xe2 && text.decode(payload.subarray(0, 12)) === "ICC_PROFILE\0") parts.push(payload.subarray(14));
    hasRaw ||= marker === 0xe3;
    at += 2 + view.getUint16(at + 2);
  }
  throw new Error("no header of a frame");
}
