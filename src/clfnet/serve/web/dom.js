// Small helpers to find, make and show elements.

/** The page has no service: what is marked `data-only="http"` in the document is not there. */
export const isLocal = document.documentElement.dataset.backend === "local";

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return /** @type {T} */ (found);
}

/** @template {Element} [T=HTMLElement] @param {ParentNode} root @param {string} selector @returns {T} */
export function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no element ${selector}`);
  return /** @type {T} */ (found);
}

/** @template {Element} [T=HTMLElement] @param {ParentNode} root @param {string} selector @returns {T[]} */
export const all = (root, selector) => /** @type {T[]} */ ([...root.querySelectorAll(selector)]);

/**
 * Make an element; children are text, never markup.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== undefined && value !== false) node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}

/** @param {string} name of a symbol in icons.svg */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${new URL("icons.svg", import.meta.url)}#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** @param {number} share in [0, 1] */
export const percent = (share) => `${Math.round(share * 100)} %`;

/** @param {string} text */
export function announce(text) {
  byId("status").textContent = text;
}

/**
 * Show an error in its place, or take it away.
 * @param {HTMLElement} place
 * @param {Error | null} error
 * @param {{label: string, act: () => void}} [remedy]
 */
export function showError(place, error, remedy) {
  place.hidden = !error;
  place.replaceChildren();
  if (!error) return;
  place.append(icon("alert"), make("span", {}, error.message));
  if (remedy) {
    const button = make("button", { type: "button" }, remedy.label);
    button.addEventListener("click", remedy.act);
    place.append(button);
  }
}

/** A group of buttons of which one is pressed. @param {HTMLElement[]} buttons @param {HTMLElement} chosen */
export function press(buttons, chosen) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
}

/** @param {Blob} blob @param {string} name */
export function saveAs(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = make("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
