/** Keeps a classroom pack in the browser, whole, so that it opens without a network. `cargo xtask classroom` puts the version in and this file at the pack's root. */

const VERSION = "unpacked";
const CACHE = `segscope-classroom-${VERSION}`;
const scope = /** @type {any} */ (globalThis);

scope.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keepAll().then(() => scope.skipWaiting())));
scope.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(dropOthers().then(() => scope.clients.claim())));
scope.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === location.origin) event.respondWith(answer(request));
});

async function keepAll() {
  const list = await (await fetch("offline.json", { cache: "no-store" })).json();
  const cache = await caches.open(CACHE);
  await cache.addAll(list.files.map((/** @type {string} */ file) => new Request(file, { cache: "no-cache" })));
}

/** Earlier versions of the pack; models that the page itself keeps stay. */
async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("segscope-classroom-") && name !== CACHE).map((name) => caches.delete(name)));
}

/** @param {Request} request */
async function answer(request) {
  const cache = await caches.open(CACHE);
  // What stands behind the question mark is a lesson's state.
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}
