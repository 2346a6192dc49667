// Ask for the service's token; http.js keeps it for the session.

import { byId } from "./dom.js";

let asked = false;

/** @returns {Promise<string | null>} what was typed; null if it was not wanted */
export function askForToken() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("token-dialog"));
  const input = /** @type {HTMLInputElement} */ (byId("token"));
  const error = byId("token-error");
  error.hidden = !asked; // a second question means that the first answer was wrong
  error.textContent = "The service does not take this token. Try again.";
  asked = true;
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    byId("token-cancel").onclick = () => dialog.close();
    dialog.querySelector("form")?.addEventListener("submit", () => resolve(input.value.trim() || null), { once: true });
    dialog.addEventListener("close", () => resolve(null), { once: true });
  });
}
