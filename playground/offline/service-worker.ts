/**
 * Keeps one built version of the playground, so that it works without a network. A version is taken whole: every file has the digest
 * that the build has named, or the version is not taken. Until a page asks for it, a new version waits for the end of all tabs of the
 * old one, so that no page gets files of two versions.
 */

/** Written by the build: the version, and the path and the SHA-256 of every file. */
declare const PRECACHE: { readonly version: string; readonly files: Readonly<Record<string, string>> };

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
  addEventListener(type: "message", listener: (event: ExtendableEvent & { readonly data: unknown }) => void): void;
}

const worker = self as unknown as Scope;
const { scope } = worker.registration;
const { version, files } = PRECACHE;
/** The caches of an origin are those of all its folders. */
const family = `edgewater-playground ${scope} `;
const cacheName = family + version;

worker.addEventListener("install", (event) => event.waitUntil(takeVersion()));
worker.addEventListener("activate", (event) => event.waitUntil(dropOtherVersions()));
worker.addEventListener("message", (event) => {
  const { data } = event as { readonly data?: { readonly type?: string; readonly module?: string } };
  if (data?.type === "activate") event.waitUntil(worker.skipWaiting());
  // A page that was loaded before this worker was there, and is of its version.
  if (data?.type === "claim" && pathOf(data.module ?? "") in files) event.waitUntil(worker.clients.claim());
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = request.mode === "navigate" ? "index.html" : pathOf(request.url);
  if (request.method === "GET" && request.url.startsWith(scope) && path in files) event.respondWith(answer(path, request));
});

async function answer(path: string, request: Request): Promise<Response> {
  return (await kept(path)) ?? fetch(request);
}

/** The kept file, if there is one. A browser may throw a cache away, or refuse to open it: the page is then loaded over the network. */
async function kept(path: string): Promise<Response | undefined> {
  try {
    return await (await caches.open(cacheName)).match(new URL(path, scope));
  } catch {
    return undefined;
  }
}

async function takeVersion(): Promise<void> {
  const cache = await caches.open(cacheName);
  try {
    await Promise.all(Object.entries(files).map(([path, digest]) => takeFile(cache, path, digest)));
  } catch (error) {
    await caches.delete(cacheName);
    throw error;
  }
}

async function takeFile(cache: Cache, path: string, digest: string): Promise<void> {
  const response = await fetch(new URL(path, scope), { cache: "no-cache" });
  const bytes = await response.arrayBuffer();
  const found = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))));
  if (!response.ok || found !== digest) throw new Error(`${path} is not of the version ${version}; it is taken at the next visit`);
  const { headers, status } = response;
  await cache.put(new URL(path, scope), new Response(bytes, { headers, status }));
}

async function dropOtherVersions(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(family) && name !== cacheName).map((name) => caches.delete(name)));
}

/** The path of a URL below the scope, without its query. */
function pathOf(url: string): string {
  return url.startsWith(scope) ? url.slice(scope.length).replace(/[?#].*$/, "") : url;
}
