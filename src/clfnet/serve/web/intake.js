// Images that come in: by drop, paste or picker; which of them is which.

/** Words in names that tell a kind, as the service pairs names; empty until it has told them. */
let words = { infrared: new Set(), visible: new Set() };
const TOKEN = /\p{Nd}+|\p{L}+|[^]/gu;

/** @param {Record<"infrared" | "visible", string[]>} told */
export const setWords = (told) => (words = { infrared: new Set(told.infrared), visible: new Set(told.visible) });

/** Suffixes that the service reads, by kind; empty until it has told them. @type {Record<"infrared" | "visible" | "video", string[]>} */
const readable = { infrared: [], visible: [], video: [] };
const PATIENCE = 3000; // milliseconds until a file is taken without knowing what is read
let tell = () => {};
/** Resolved when the service has told, or does not. @type {Promise<void>} */
export const told = new Promise((resolve) => {
  tell = resolve;
  setTimeout(resolve, PATIENCE);
});

/** Take what the service reads, for files that are dropped and for the pickers. @param {typeof readable} files */
export function setReadable(files) {
  Object.assign(readable, files);
  tell();
  for (const kind of /** @type {const} */ (["infrared", "visible"])) {
    const picker = /** @type {HTMLInputElement | null} */ (document.querySelector(`[data-slot="${kind}"] input[type="file"]`));
    if (picker) picker.accept = ["image/*", ...files[kind]].join(",");
  }
}

const suffix = (/** @type {File} */ file) => /\.[^.]*$/.exec(file.name.toLowerCase())?.[0] ?? "";

/** @param {File} file */
export const isVideo = (file) => readable.video.includes(suffix(file)) || file.type.startsWith("video/");

/** Any file until it is known what the service reads: then it says what is wrong. @param {File} file */
export const isUsable = (file) => !readable.infrared.length || readable.infrared.includes(suffix(file)) || isVideo(file) || file.type.startsWith("image/");

/** @param {string} path a name, or folders and a name @returns {"infrared" | "visible" | null} */
export function kindOf(path) {
  // the nearest word that tells counts: "infrared/vis-street/12.png" is visible
  const [name, ...folders] = path.split("/").reverse();
  for (const part of [name.replace(/\.[^.]*$/, ""), ...folders]) {
    const tokens = part.normalize("NFKC").toLowerCase().match(TOKEN) ?? [];
    for (let place = tokens.length - 1; place >= 0; place--) {
      const word = tokens[place];
      if (word.length === 1 && !isCamerasLetter(tokens, place)) continue;
      for (const kind of /** @type {const} */ (["infrared", "visible"])) if (words[kind].has(word)) return kind;
    }
  }
  return null;
}

/** Whether a letter is where cameras put the kind: DJI_0001_T, DJI_0001_T_Waypoint1. @param {string[]} tokens @param {number} place */
function isCamerasLetter(tokens, place) {
  if (place === tokens.length - 1) return place > 0;
  return /^\p{Nd}+$/u.test(tokens[place - 2] ?? "") && /[^\p{L}\p{Nd}]/u.test(tokens[place - 1]) && /[^\p{L}\p{Nd}]/u.test(tokens[place + 1]);
}

/**
 * Tell which of two pictures is which: by their names, or else the one without colour is infrared.
 * @param {[File, File]} files
 * @returns {Promise<{infrared: File, visible: File}>}
 */
export async function tellApart([first, second]) {
  const [a, b] = [kindOf(first.name), kindOf(second.name)];
  let swapped = a === "visible" || b === "infrared";
  if (!a && !b) {
    const [colourA, colourB] = await Promise.all([isColoured(first), isColoured(second)]);
    swapped = colourA && !colourB;
  }
  return swapped ? { infrared: second, visible: first } : { infrared: first, visible: second };
}

/** @param {File} file */
async function isColoured(file) {
  try {
    const bitmap = await createImageBitmap(file, { resizeWidth: 32, resizeHeight: 32 });
    const context = new OffscreenCanvas(32, 32).getContext("2d");
    if (!context) return false;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, 32, 32);
    let spread = 0;
    for (let i = 0; i < data.length; i += 4) {
      spread += Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]);
    }
    return spread / (32 * 32) > 3;
  } catch {
    return false; // the browser cannot read it, a TIFF for example
  }
}

/** Whether a JPEG carries a thermal camera's data. @param {File} file */
export async function isRadiometric(file) {
  const head = new Uint8Array(await file.slice(0, 1 << 16).arrayBuffer());
  if (head[0] !== 0xff || head[1] !== 0xd8) return false;
  return new TextDecoder("latin1").decode(head).includes("FLIR\0");
}

/**
 * @typedef {{file: File, path: string}} Found
 * @param {DataTransfer} transfer
 * @returns {Promise<Found[]>} all files, those in dropped folders too, in the order of their paths
 */
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const direct = [...transfer.files];
  const found = entries.some((entry) => entry?.isDirectory)
    ? (await Promise.all(entries.map((entry) => (entry ? walk(entry) : [])))).flat()
    : direct.map((file) => ({ file, path: file.name }));
  return found.sort((a, b) => a.path.localeCompare(b.path, undefined, { numeric: true }));
}

/** @param {FileSystemEntry} entry @returns {Promise<Found[]>} */
async function walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    return [{ file, path: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const children = [];
  for (;;) {
    // a reader gives at most a hundred at once
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    children.push(...some);
  }
  return (await Promise.all(children.map(walk))).flat();
}

/**
 * Sort many files into the two sources.
 * @param {Found[]} found
 * @returns {{infrared: File[], visible: File[], unclear: File[]}}
 */
export function sort(found) {
  /** @type {{infrared: File[], visible: File[], unclear: File[]}} */
  const sorted = { infrared: [], visible: [], unclear: [] };
  for (const { file, path } of found.filter(({ file }) => isUsable(file))) {
    sorted[kindOf(path) ?? "unclear"].push(file);
  }
  const { infrared, visible, unclear } = sorted;
  if (unclear.length && !infrared.length !== !visible.length) {
    // where words tell one kind alone, all others are of the other: 1_ir.png beside 1.png
    return infrared.length ? { infrared, visible: unclear, unclear: [] } : { infrared: unclear, visible, unclear: [] };
  }
  return sorted;
}
