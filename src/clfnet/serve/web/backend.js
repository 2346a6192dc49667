// What answers the page: here `clfnet serve`. The page that needs no service has web/backend.js in
// this place, which exports the same.

import { decode } from "./bitmap.js";
import { request } from "./http.js";

export { request };

/** An image to draw. @param {string} link @param {AbortSignal} [signal] */
export const picture = async (link, signal) => decode(await (await request(link, { signal })).blob());
