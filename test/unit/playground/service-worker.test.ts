/** What the service worker answers when its cache is gone or cannot be opened. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const scope = "https://playground.test/app/";
const files = { "index.html": "unused", "main.js": "unused" };

/** Loads the worker with this cache storage, and returns its answer to a request: `undefined` where it leaves it to the browser. */
async function answerWith(open: () => Promise<Cache>, url: string, mode = "no-cors"): Promise<string | undefined> {
  const listeners = new Map<string, (event: object) => void>();
  const addEventListener = (type: string, listener: (event: object) => void): void => void listeners.set(type, listener);
  vi.stubGlobal("self", { registration: { scope }, addEventListener });
  vi.stubGlobal("caches", { open });
  await import("../../../playground/offline/service-worker.ts");
  let answer: Promise<Response> | undefined;
  const respondWith = (response: Promise<Response>): void => {
    answer = response;
  };
  listeners.get("fetch")?.({ request: { method: "GET", mode, url }, respondWith });
  return (await answer)?.text();
}

const holding = async (text: string | undefined): Promise<Cache> =>
  ({ match: async () => (text === undefined ? undefined : new Response(text)) }) as unknown as Cache;

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("PRECACHE", { version: "1", files });
  vi.stubGlobal("fetch", async () => new Response("from the network"));
});
afterEach(() => vi.unstubAllGlobals());

const refused = async (): Promise<Cache> => {
  throw new DOMException("The operation is insecure.", "SecurityError");
};

test.each([
  ["a kept file", () => holding("kept"), `${scope}main.js`, "kept"],
  ["a kept file, asked for with a query", () => holding("kept"), `${scope}main.js?v=1`, "kept"],
  ["a file that the browser has thrown away", () => holding(undefined), `${scope}main.js`, "from the network"],
  ["a file of a cache that cannot be opened", refused, `${scope}main.js`, "from the network"],
  ["a file that is not of the version", () => holding("kept"), `${scope}other.js`, undefined],
  ["a file of another folder", () => holding("kept"), "https://playground.test/main.js", undefined],
])("answers %s", async (_, open, url, expected) => {
  expect(await answerWith(open, url)).toBe(expected);
});

test("answers every page of its folder with the one page that is kept, and without its cache from the network", async () => {
  expect(await answerWith(() => holding("kept"), `${scope}anything`, "navigate")).toBe("kept");
  vi.resetModules();
  expect(await answerWith(refused, `${scope}anything`, "navigate")).toBe("from the network");
});
