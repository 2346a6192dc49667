// The options' form: filled from what the service offers, read into what it is asked for.

import { json } from "./api.js";
import { byId, find, make, showError } from "./dom.js";
import { setReadable, setWords } from "./intake.js";
import { get, on, set } from "./state.js";

/** How long, in milliseconds, a control may still change before it counts. @type {Record<string, number>} */
const PATIENCE = { range: 200, text: 600, number: 600 };

const QUICK = "fast"; // the model that shows drafts

const form = () => /** @type {HTMLFormElement} */ (byId("options"));
const control = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (find(form(), `[name="${name}"]`));

/** @typedef {{name: string, title: string, source: string, unit: string, better: string}} Metric */
/** @typedef {{type: string, help: string, default: unknown, by_default: string, example: string, unit: string, choices: (string | number)[], minimum?: number, maximum?: number}} Option */
/** @typedef {{dialect: string[], metrics: Record<string, Metric[]>, options: Record<string, Option>}} Offered part of /v1/options */

/** Options whose controls are more than a list, a number or a switch. */
const SPECIAL = new Set(["model", "palette", "range", "limits", "align"]);

/** Sliders say nothing until they are moved: the default may depend on the others. @type {Set<string>} */
const moved = new Set();
let timer = 0;

/** Fill the lists. @returns {Promise<Offered>} */
export async function loadOptions() {
  const [{ models }, offered, palettes] = await Promise.all([json("v1/models"), json("v1/options"), fetchPalettes()]);
  fillModels(models);
  setWords(offered.words);
  setReadable(offered.files);
  for (const [name, option] of Object.entries(/** @type {Record<string, Option>} */ (offered.options))) offer(name, option);
  hideOthers(offered.options);
  const presets = offered.range.filter((/** @type {string} */ range) => !/^\d/.test(range)); // limits are typed
  fill("range", [...presets, "custom"], { custom: "limits…" });
  const none = byId("palettes").firstElementChild ?? "";
  byId("palettes").replaceChildren(none, ...offered.palette.map((/** @type {string} */ name) => swatch(name, palettes[name])));
  return offered;
}

/** @returns {Promise<Record<string, string[]>>} the colours of each palette, from cold to hot */
const fetchPalettes = async () => (await fetch(new URL("palettes.json", import.meta.url))).json();

/** Make an option's control say what the service says of it; make one where the page has none. @param {string} name @param {Option} option */
function offer(name, option) {
  if (!form().elements.namedItem(name)) byId("more-options").append(labelled(name, option));
  byId("more-options").hidden = byId("more-options").querySelector("label") === null;
  if (name === "palette" || name === "align") return;
  const input = control(name);
  input.closest("label")?.setAttribute("title", option.help);
  if (SPECIAL.has(name)) return;
  if (input.matches("select")) fill(name, option.default === null ? ["", ...option.choices] : option.choices, { "": option.by_default || "default" });
  if (option.minimum !== undefined) input.min = String(option.minimum);
  if (option.maximum !== undefined) input.max = String(option.maximum);
}

/** Hide the controls of what the back end does not offer. @param {Record<string, Option>} options */
function hideOthers(options) {
  for (const { name } of plain()) control(name).closest("label")?.toggleAttribute("hidden", !(name in options));
}

/** A control for which the page has no place of its own. @param {string} name @param {Option} option */
function labelled(name, option) {
  const unit = option.unit ? ` (${option.unit})` : "";
  const label = make("span", {}, name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ") + unit);
  if (option.type === "boolean") return make("label", { class: "switch" }, blank(name, option), label);
  return make("label", { class: "field" }, label, blank(name, option));
}

/** An empty control of an option's type. @param {string} name @param {Option} option */
function blank(name, { type, choices, example, by_default }) {
  if (choices.length) return make("select", { name });
  if (type === "boolean") return make("input", { type: "checkbox", role: "switch", name, value: "true" });
  const placeholder = by_default || (example ? `e.g. ${example}` : "");
  return make("input", type === "string" ? { type: "text", name, placeholder } : { type: "number", name, placeholder, step: "any" });
}

/** @param {string} name @param {(string | number)[]} values the default first @param {Record<string, string>} [labels] */
function fill(name, values, labels = {}) {
  const select = /** @type {HTMLElement} */ (control(name));
  select.replaceChildren(...values.map((value) => make("option", { value }, labels[value] ?? String(value))));
}

/** @param {{name: string, kind: string, is_default: boolean}[]} models */
function fillModels(models) {
  const group = (/** @type {string} */ label, /** @type {string} */ kind) =>
    make("optgroup", { label, "data-kind": kind }, ...models.filter((model) => model.kind === kind).map(({ name, is_default }) => make("option", { value: name, selected: is_default }, name)));
  const groups = [group("Trained models", "network"), group("Classical rules", "rule")];
  /** @type {HTMLElement} */ (control("model")).replaceChildren(...groups.filter((each) => each.children.length));
}

/** @param {string} name @param {string[] | undefined} colours from cold to hot */
function swatch(name, colours) {
  const bar = make("i");
  if (colours) bar.style.background = `linear-gradient(90deg, ${colours.map((colour) => `#${colour}`).join(", ")})`;
  return make("label", { class: "swatch" }, make("input", { type: "radio", name: "palette", value: name, class: "visually-hidden" }), bar, make("span", {}, name));
}

/** What a list says, unless it is the default. @param {string} name */
function chosen(name) {
  const select = /** @type {HTMLSelectElement} */ (/** @type {unknown} */ (control(name)));
  const standard = [...select.options].find((option) => option.defaultSelected) ?? select.options[0];
  return select.value === standard?.value ? "" : select.value;
}

/** @returns {Record<string, string>} fields of a request: what differs from the defaults */
function read() {
  const data = new FormData(form());
  const field = (/** @type {string} */ name) => String(data.get(name) ?? "");
  const align = field("align");
  /** @type {Record<string, string>} */
  const fields = {
    ...Object.fromEntries(plain().map((input) => [input.name, valueOf(input)])),
    model: chosen("model"),
    palette: field("palette"),
    range: chosen("range") === "custom" ? field("limits").trim() : chosen("range"),
    align: align === "auto" ? "auto" : "",
    geometry: align === "file" ? "file" : "",
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
}

/** The controls that need no care of their own. */
const plain = () => /** @type {HTMLInputElement[]} */ ([...form().elements]).filter(({ name, disabled }) => name && !disabled && !SPECIAL.has(name));

/** What a control says, unless it is the default. @param {HTMLInputElement} input */
function valueOf(input) {
  if (input.matches("select")) return chosen(input.name);
  if (input.type === "checkbox") return input.checked ? input.value : "";
  return input.type === "range" && !moved.has(input.name) ? "" : input.value;
}

/** Make the form agree with itself. */
function settle() {
  const { palette } = /** @type {{palette: RadioNodeList}} */ (/** @type {unknown} */ (form().elements));
  const painted = Boolean(palette.value);
  control("hot").disabled = !painted;
  if (!moved.has("strength")) control("strength").value = painted ? "0" : "1";
  find(form(), '[data-of="strength"]').textContent = Number(control("strength").value).toFixed(2);
  find(form(), '[data-of="hot"]').textContent = moved.has("hot") ? Number(control("hot").value).toFixed(2) : "chosen for each image";
  byId("limits-field").hidden = control("range").value !== "custom";
  byId("geometry-field").hidden = alignment().value !== "file";
  byId("preview").hidden = alignment().value === "file" && !isLandmarks(get().geometry);
}

/** @returns {RadioNodeList} */
const alignment = () => /** @type {RadioNodeList} */ (form().elements.namedItem("align"));

/** @param {File | null} file */
export const isLandmarks = (file) => Boolean(file && /\.(csv|txt)$/i.test(file.name));

/** Add the options, and the alignment's file, to a request. @param {FormData} data */
export function addOptions(data) {
  const { geometry, ...fields } = get().options;
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  const file = get().geometry;
  if (geometry && file) data.set(isLandmarks(file) ? "points" : "rig", file, file.name);
  return data;
}

/** The quick model, if a slower one is chosen and drafts show the same picture: unaligned. */
export function draftModel() {
  const select = /** @type {HTMLSelectElement} */ (/** @type {unknown} */ (control("model")));
  const networks = [...select.querySelectorAll("[data-kind='network'] option")].map((option) => /** @type {HTMLOptionElement} */ (option).value);
  const { align, geometry } = get().options;
  return !align && !geometry && select.value !== QUICK && networks.includes(select.value) && networks.includes(QUICK) ? QUICK : null;
}

/** Take a file for the alignment, and choose it. @param {File} file */
export function useGeometry(file) {
  byId("geometry-name").textContent = file.name;
  alignment().value = "file";
  set({ geometry: file, options: { ...read() } });
  settle();
}

/** Make the form say what was chosen before. @param {Record<string, string>} options */
export function restoreOptions({ geometry, align, palette, range, ...others }) {
  form().reset();
  moved.clear();
  alignment().value = geometry ? "file" : align ?? "";
  /** @type {RadioNodeList} */ (form().elements.namedItem("palette")).value = palette ?? "";
  const isPreset = !range || [.../** @type {HTMLSelectElement} */ (/** @type {unknown} */ (control("range"))).options].some(({ value }) => value === range);
  if (range) control("range").value = isPreset ? range : "custom";
  if (!isPreset) control("limits").value = range;
  for (const [name, value] of Object.entries(others)) {
    const input = control(name);
    if (input.type === "checkbox") input.checked = Boolean(value);
    else input.value = value;
    if (input.type === "range") moved.add(name);
  }
  settle();
}

/**
 * Show an error beside the option that it names; alignment's have a place of their own.
 * @param {import("./api.js").ServiceError | null} error
 * @returns {boolean} whether it has a place here
 */
export function showOptionError(error) {
  form().querySelectorAll(".problem").forEach((node) => node.remove());
  form().querySelectorAll("[aria-invalid]").forEach((node) => node.removeAttribute("aria-invalid"));
  const aligned = error?.kind === "AlignmentError" || /`(rig|points|align)`/.test(error?.message ?? "");
  showError(byId("align-error"), aligned ? error : null);
  if (!error || aligned) return aligned;
  const name = /`(\w+)`/.exec(error.message)?.[1] ?? "";
  const named = form().querySelector(`[name="${CSS.escape(name === "range" || name === "thermal_range" ? "limits" : name)}"]`);
  const place = named?.closest(".field, .switch");
  if (!named || !place || place.hasAttribute("hidden")) return false;
  named.setAttribute("aria-invalid", "true");
  place.append(make("span", { class: "problem", role: "alert" }, error.message));
  return true;
}

export function startOptions() {
  form().addEventListener("submit", (event) => event.preventDefault());
  form().addEventListener("input", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.type === "range") moved.add(input.name);
    if (input.name === "palette") moved.delete("strength"); // its default is another one then
    settle();
    clearTimeout(timer);
    timer = setTimeout(() => set({ options: read() }), PATIENCE[input.type] ?? 0);
  });
  byId("geometry").addEventListener("change", () => {
    const file = /** @type {HTMLInputElement} */ (byId("geometry")).files?.[0];
    if (file) useGeometry(file);
  });
  byId("reset-options").addEventListener("click", () => {
    form().reset();
    moved.clear();
    settle();
    set({ options: read() });
  });
  on(["geometry"], settle);
  settle();
}
