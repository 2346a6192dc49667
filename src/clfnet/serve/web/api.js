// The requests of the page, whatever back end answers them: JSON, files, event streams.

import { picture, request } from "./backend.js";
import { decode } from "./bitmap.js";
import { isAbort, ServiceError } from "./errors.js";

export { decode, isAbort, picture, request, ServiceError };

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

/** @param {string} path @param {RequestInit} [init] @returns {Promise<any>} */
export const json = async (path, init) => (await request(path, init)).json();

/** @param {string} path @param {AbortSignal} [signal] */
export const blob = async (path, signal) => (await request(path, { signal })).blob();

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
