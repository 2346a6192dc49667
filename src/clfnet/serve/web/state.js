// What the page knows of the pair, in one place; parts are told what has changed.

/**
 * @typedef {object} State
 * @property {File | null} infrared
 * @property {File | null} visible
 * @property {File | null} geometry a rig file (JSON) or landmarks (CSV), for the alignment "file"
 * @property {Record<string, string>} options those that were chosen; the service has the defaults
 * @property {import("./api.js").Result | null} result
 * @property {boolean} busy
 * @property {boolean} live frames of cameras are shown instead
 * @property {import("./api.js").ServiceError | null} error
 */

/** @type {State} */
let state = { infrared: null, visible: null, geometry: null, options: {}, result: null, busy: false, live: false, error: null };
const changes = new EventTarget();

export const get = () => state;

/** @param {Partial<State>} patch */
export function set(patch) {
  const changed = /** @type {(keyof State)[]} */ (Object.keys(patch)).filter((key) => patch[key] !== state[key]);
  if (!changed.length) return;
  state = { ...state, ...patch };
  for (const key of changed) changes.dispatchEvent(new Event(key));
}

/** @param {(keyof State)[]} keys @param {(state: State) => void} listener called once per change */
export function on(keys, listener) {
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      listener(state);
    });
  };
  for (const key of keys) changes.addEventListener(key, later);
}
