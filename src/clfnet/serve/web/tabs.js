// The inspector's tabs: arrows move between them, as the pattern for tabs has it.

import { all, byId, find } from "./dom.js";

const tabs = () => all(document, '[role="tab"]');

/** @param {string} name @returns {boolean} whether its panel is seen */
export const isOpen = (name) => !byId(`panel-${name}`).hidden;

/** @param {string} name @param {() => void} listener called when the panel opens */
export function onOpen(name, listener) {
  byId(`tab-${name}`).addEventListener("open", listener);
}

/** @param {HTMLElement} tab */
function open(tab) {
  for (const each of tabs()) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    byId(each.getAttribute("aria-controls") ?? "").hidden = !chosen;
  }
  tab.dispatchEvent(new Event("open"));
}

/** @param {KeyboardEvent} event */
function move(event) {
  const list = tabs().filter((tab) => tab.getClientRects().length); // not every back end has all
  const index = list.indexOf(/** @type {HTMLElement} */ (event.target));
  const wanted = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: list.length - 1 }[event.key];
  if (wanted === undefined || index < 0) return;
  event.preventDefault();
  const tab = list[(wanted + list.length) % list.length];
  tab.focus();
  open(tab);
}

export function startTabs() {
  find(document, '[role="tablist"]').addEventListener("keydown", (event) => move(/** @type {KeyboardEvent} */ (event)));
  for (const tab of tabs()) tab.addEventListener("click", () => open(tab));
}
