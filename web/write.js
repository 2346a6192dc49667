// Pixels → files and bitmaps.

import { encode } from "fast-png";

/** @typedef {Pick<import("./read.js").Picture, "width" | "height" | "channels" | "full" | "data" | "alpha" | "profile">} Pixels */

const QUALITY = 0.95; // of JPEG
const HEAD = 33; // bytes of a PNG's signature and header

/** @param {Pixels} pixels @param {Record<string, unknown>} [record] how it was made */
export async function png(pixels, record) {
  const { width, height, full, profile } = pixels;
  const { data, channels } = joined(pixels);
  const text = record && { Description: ascii(JSON.stringify(record)) };
  const bytes = encode({ width, height, data, channels, depth: full === 255 ? 8 : 16, text });
  const chunk = profile ? await profileChunk(profile) : new Uint8Array(0);
  return new Blob([/** @type {BlobPart} */ (bytes.subarray(0, HEAD)), chunk, /** @type {BlobPart} */ (bytes.subarray(HEAD))], { type: "image/png" });
}

/** JSON in characters that every PNG reader knows. @param {string} text */
const ascii = (text) => text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Pixels and alpha in one; grey with alpha is for PNG to hold, too. @param {Pixels} pixels */
function joined({ data, channels, alpha }) {
  if (!alpha) return { data, channels };
  const both = alpha.slice(0, 0).constructor === Uint16Array ? new Uint16Array(alpha.length * (channels + 1)) : new Uint8Array(alpha.length * (channels + 1));
  for (let i = 0, at = 0; i < alpha.length; i++) {
    for (let c = 0; c < channels; c++) both[at++] = data[i * channels + c];
    both[at++] = alpha[i];
  }
  return { data: both, channels: channels + 1 };
}

/** The chunk iCCP. @param {Uint8Array} profile */
async function profileChunk(profile) {
  const stream = new Blob([/** @type {BlobPart} */ (profile)]).stream().pipeThrough(new CompressionStream("deflate"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const name = new TextEncoder().encode("iCCPicc\0\0"); // the chunk's name, the profile's, how it is packed
  const chunk = new Uint8Array(4 + name.length + packed.length + 4);
  chunk.set(name, 4);
  chunk.set(packed, 4 + name.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, chunk.length - 12);
  view.setUint32(chunk.length - 4, checksum(chunk.subarray(4, -4)));
  return chunk;
}

/** CRC-32 as PNG has it. @param {Uint8Array} bytes */
function checksum(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** @param {Pixels} pixels */
export async function jpeg(pixels) {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  canvas.getContext("2d")?.putImageData(shown(pixels), 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}

/** @param {Pixels} pixels */
export const bitmap = (pixels) => createImageBitmap(shown(pixels), { premultiplyAlpha: "none", colorSpaceConversion: "none" });

/** As a screen shows it: 8 bits. @param {Pixels} pixels */
function shown({ width, height, channels, full, data, alpha }) {
  const image = new ImageData(width, height);
  const rgba = image.data;
  const by = full / 255;
  for (let i = 0, j = 0; i < width * height; i++, j += 4) {
    for (let c = 0; c < 3; c++) rgba[j + c] = data[channels === 3 ? 3 * i + c : i] / by; // rounded by its type
    rgba[j + 3] = alpha ? alpha[i] / by : 255;
  }
  return image;
}
