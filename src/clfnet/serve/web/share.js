// The result for elsewhere: files, and the lines that make it again.

import { download } from "./api.js";
import { announce, byId, icon, make, saveAs, showError } from "./dom.js";
import { get, on } from "./state.js";

const FILES = {
  png: "PNG",
  tiff: "TIFF",
  jpeg: "JPEG",
  explain: "Origin map",
  temperatures: "Temperatures",
};

function show() {
  const { result } = get();
  if (!result) return;
  const names = /** @type {(keyof typeof FILES)[]} */ (Object.keys(FILES)).filter((name) => result.links[name]);
  const buttons = names.map((name) => saver(FILES[name], async () => {
    const file = await download(name === "explain" ? `${result.links.explain}.png` : result.links[name]);
    saveAs(file.blob, file.name);
  }));
  if (result.rig) {
    const rig = new Blob([JSON.stringify(result.rig, null, 2)], { type: "application/json" });
    buttons.push(saver("Rig file", () => saveAs(rig, "rig.json")));
  }
  byId("downloads").replaceChildren(...buttons);
  byId("cli").textContent = result.cli;
  byId("curl").textContent = result.curl;
  byId("record").replaceChildren(...entries(result.record));
  const quality = /** @type {{quality?: number | null, made?: string} | null} */ (result.rig);
  byId("rig-quality").hidden = !quality;
  if (quality) byId("rig-quality").textContent = `Aligned: ${quality.made}${typeof quality.quality === "number" ? `; quality ${quality.quality.toFixed(2)}` : ""}`;
}

/** @param {string} label @param {() => Promise<void> | void} save */
function saver(label, save) {
  const problem = make("div", { class: "error", role: "alert", hidden: true });
  const button = make("button", { type: "button" }, icon("download"), label);
  button.addEventListener("click", async () => {
    button.disabled = true;
    showError(problem, null);
    try {
      await save();
    } catch (error) {
      showError(problem, /** @type {Error} */ (error));
    }
    button.disabled = false;
  });
  return make("div", {}, button, problem);
}

/** @param {Record<string, unknown>} record */
function entries(record) {
  return Object.entries(record).filter(([, value]) => value !== null).flatMap(([name, value]) => [
    make("dt", {}, name.replaceAll("_", " ")),
    make("dd", {}, typeof value === "object" ? JSON.stringify(value) : String(value)),
  ]);
}

/** @param {"cli" | "curl"} name */
async function copy(name) {
  const label = /** @type {HTMLElement} */ (byId(`copy-${name}`).lastElementChild);
  try {
    await navigator.clipboard.writeText(byId(name).textContent ?? "");
    label.textContent = "Copied";
    announce("Copied.");
    setTimeout(() => (label.textContent = "Copy"), 1600);
  } catch {
    getSelection()?.selectAllChildren(byId(name)); // no clipboard without HTTPS: ready for Ctrl+C
    announce("Selected. Press Ctrl+C to copy.");
  }
}

export function startShare() {
  on(["result"], show);
  for (const name of /** @type {const} */ (["cli", "curl"])) byId(`copy-${name}`).addEventListener("click", () => copy(name));
}
