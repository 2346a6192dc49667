// The back end over HTTP, `clfnet serve`: token, errors in its own words, waiting where it is full.

import { isAbort, ServiceError } from "./errors.js";
import { askForToken } from "./token.js";

const TOKEN = "clfnet-token";
const PATIENCE = 5; // how often a full service is asked again

/** @type {Promise<string | null> | null} */
let asking = null;

/** @param {string} path of the service; links begin with a slash, the page may lie below a prefix */
const at = (path) => new URL(path.replace(/^\//, ""), document.baseURI);

/** @param {string} path @param {RequestInit} [init] @returns {Promise<Response>} */
export async function request(path, init = {}) {
  for (let attempt = 0; ; attempt++) {
    const known = sessionStorage.getItem(TOKEN);
    const response = await once(path, init, known);
    if (response.ok) return response;
    const error = await errorOf(response);
    if (error.status === 401 && (await token(known))) continue;
    const full = error.status === 429 || error.status === 503;
    if (!full || attempt >= PATIENCE) throw error;
    await wait(1000 * Number(response.headers.get("Retry-After") || 1), init.signal);
  }
}

/** @param {string} path @param {RequestInit} init @param {string | null} known */
async function once(path, init, known) {
  const headers = new Headers(init.headers);
  if (known) headers.set("Authorization", `Bearer ${known}`);
  try {
    return await fetch(at(path), { ...init, headers });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ServiceError("The service does not answer. Check that `clfnet serve` still runs.", "Network", 0);
  }
}

/** Ask once, whoever needs it. @param {string | null} refused the token that did not do */
async function token(refused) {
  const known = sessionStorage.getItem(TOKEN);
  if (known !== refused) return known; // somebody else has asked meanwhile
  asking ??= askForToken().finally(() => (asking = null));
  const given = await asking;
  if (given) sessionStorage.setItem(TOKEN, given);
  return given;
}

/** @param {Response} response */
async function errorOf(response) {
  try {
    const { error, kind } = await response.json();
    if (error) return new ServiceError(String(error), String(kind), response.status);
  } catch {
    // not the service's own answer: a proxy's, perhaps
  }
  return new ServiceError(`The service answered ${response.status} ${response.statusText}.`, "HTTP", response.status);
}

/** @param {number} milliseconds @param {AbortSignal | null} [signal] */
function wait(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}
