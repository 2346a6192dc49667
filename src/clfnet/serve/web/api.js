// The service's requests: token, errors in its own words, waiting where it is full, event streams.

/**
 * @typedef {object} Result what /v1/fuse answers as JSON
 * @property {string} id
 * @property {number} width
 * @property {number} height
 * @property {Record<string, unknown>} record
 * @property {Record<string, unknown> | null} rig
 * @property {Record<string, string>} links
 * @property {string} cli
 * @property {string} curl
 */

/**
 * @typedef {object} Job
 * @property {string} id
 * @property {"folder" | "video"} kind
 * @property {"queued" | "running" | "done" | "failed" | "cancelled"} state
 * @property {number} done
 * @property {number | null} total
 * @property {{name: string, error: string}[]} failed
 * @property {string | null} error
 * @property {string} created
 * @property {string | null} finished
 * @property {Record<string, string>} links
 * @property {{name: string, link: string, thumbnail: string}[]} [pictures]
 */

export class ServiceError extends Error {
  /** @param {string} message @param {string} kind @param {number} status 0: no answer */
  constructor(message, kind, status) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

const TOKEN = "clfnet-token";
const PATIENCE = 5; // how often a full service is asked again

/** @type {(() => Promise<string | null>) | null} */
let askForToken = null;
/** @type {Promise<string | null> | null} */
let asking = null;

/** @param {() => Promise<string | null>} ask called when the service wants a token */
export function onTokenNeeded(ask) {
  askForToken = ask;
}

/** @param {string} path of the service; links begin with a slash, the page may lie below a prefix */
export const at = (path) => new URL(path.replace(/^\//, ""), document.baseURI);

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
  if (!askForToken) return null;
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

/** @param {unknown} error */
export const isAbort = (error) => error instanceof DOMException && error.name === "AbortError";

/** @param {string} path @param {RequestInit} [init] @returns {Promise<any>} */
export const json = async (path, init) => (await request(path, init)).json();

/** @param {string} path @param {AbortSignal} [signal] */
export const blob = async (path, signal) => (await request(path, { signal })).blob();

/** @param {string} path @param {AbortSignal} [signal] */
export const picture = async (path, signal) => decode(await blob(path, signal));

/** Decode with the values of the file: no colour management between the three. @param {Blob} file */
export const decode = (file) => createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });

/** @param {FormData} form @param {AbortSignal} signal @returns {Promise<Result>} */
export function fuse(form, signal) {
  form.set("format", "json");
  return json("v1/fuse", { method: "POST", body: form, signal });
}

/** Fetch a file under the name that the service gives it. @param {string} link */
export async function download(link) {
  const response = await request(`${link}${link.includes("?") ? "&" : "?"}download=1`);
  const header = response.headers.get("Content-Disposition") ?? "";
  const name = /filename="?([^";]+)"?/.exec(header)?.[1] ?? link.split("/").at(-1) ?? "clfnet";
  return { blob: await response.blob(), name };
}

/**
 * Read server-sent events; EventSource cannot send a token.
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<{event: string, data: any}>}
 */
export async function* events(path, signal) {
  const response = await request(path, { signal, headers: { Accept: "text/event-stream" } });
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value.replaceAll("\r\n", "\n");
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const message = parse(block);
      if (message) yield message;
    }
  }
}

/** @param {string} block the lines of one event; a heartbeat has no data */
function parse(block) {
  const lines = block.split("\n").map((line) => /^(event|data): ?(.*)$/.exec(line));
  const of = (/** @type {string} */ field) => lines.filter((match) => match?.[1] === field).map((match) => match?.[2]);
  const data = of("data").join("\n");
  return data ? { event: of("event")[0] ?? "message", data: JSON.parse(data) } : null;
}
