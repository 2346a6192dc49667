// Keeps the site for use without a network, one version at a time, and tells the browser its policy.
// The build, packaging/web.py, fills in what begins with $.

/** @typedef {Event & {waitUntil: (work: Promise<unknown>) => void}} Work */
/** @typedef {Work & {request: Request, respondWith: (answer: Promise<Response>) => void}} Fetch */

const VERSION = "$version";
/** @type {string[]} */
const FILES = JSON.parse('$files');
/** @type {Record<string, string>} */
const HEADERS = JSON.parse('$headers');
const FOLDER = "$folder"; // of this version: what is not among FILES is kept once it was used
const CACHE = `clfnet-${VERSION}`;

// A new version waits until no page of the old one is open: the two are never mixed.
addEventListener("install", (event) => /** @type {Work} */ (event).waitUntil(
  caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" }))))));

addEventListener("activate", (event) => /** @type {Work} */ (event).waitUntil(tidyUp()));

async function tidyUp() {
  const old = (await caches.keys()).filter((name) => name.startsWith("clfnet-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await /** @type {{clients: {claim: () => Promise<void>}}} */ (/** @type {unknown} */ (self)).clients.claim();
}

addEventListener("fetch", (event) => {
  const { request } = /** @type {Fetch} */ (event);
  const isOurs = new URL(request.url).origin === location.origin;
  if (isOurs && request.method === "GET") /** @type {Fetch} */ (event).respondWith(answer(request));
});

/** @param {Request} request */
async function answer(request) {
  const cache = await caches.open(CACHE);
  const isPage = request.mode === "navigate";
  const known = await cache.match(isPage ? "./" : request, { ignoreSearch: isPage });
  if (known) return withPolicy(known);
  const response = await fetch(request);
  if (response.ok && request.url.includes(FOLDER)) await cache.put(request, response.clone());
  return withPolicy(response);
}

/** Isolation from other sites, which threads need, and no network but the site's own: static hosts send neither. @param {Response} response */
function withPolicy(response) {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
