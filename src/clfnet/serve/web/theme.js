// Light, dark, or as the system has it.

import { byId } from "./dom.js";

const KEY = "clfnet-theme";
const NAMES = { "": "as the system", light: "light", dark: "dark" };

export function startTheme() {
  show(/** @type {keyof typeof NAMES} */ (localStorage.getItem(KEY) ?? ""));
  byId("theme").addEventListener("click", () => {
    const order = /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES));
    const next = order[(order.indexOf(current()) + 1) % order.length];
    localStorage.setItem(KEY, next);
    show(next);
  });
}

const current = () => /** @type {keyof typeof NAMES} */ (document.documentElement.dataset.theme ?? "");

/** @param {keyof typeof NAMES} theme */
function show(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const label = `Colours: ${NAMES[theme] ?? NAMES[""]}`;
  byId("theme").setAttribute("aria-label", label);
  byId("theme").title = label;
}
