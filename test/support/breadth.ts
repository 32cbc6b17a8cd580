/** What `npm run test:all` has and `npm test` leaves out. */

/** The tag of tests that take long and tell little more than others. */
export const breadth = "breadth";

/** Vite looks for `import.meta.env`, which programs without Vite do not have. */
const env = (import.meta as { readonly env?: Readonly<Record<string, string | undefined>> }).env;

/** How many rounds a random test plays: few in `npm test`, many in `npm run test:all`. Campaigns have more of their own. */
export const rounds = (few: number, many: number): number => (env?.["MODE"] === "all" ? many : few);

/** The conformance cases of a store that write one object many times, most of them from several sides at once. */
const manyWrites = /concurrent|workers|while it is replaced|whole or not at all|every later|older version|another version|etags?,/;

/**
 * The tags of a conformance case of a store over HTTP, from another runtime or with other credentials than those of the tests that have
 * all cases. What comes of many writes is up to the server, which is the same; the other cases ask what becomes of requests and answers.
 */
export const sameServer = (name: string): string[] => (manyWrites.test(name) ? [breadth] : []);

/** The agent of the page that runs a test. */
const agent = globalThis.navigator?.userAgent ?? "";

/**
 * The tags of a conformance case of a browser's store. What comes of many writes is up to the store's own locks and files, which Chromium
 * tests; the other browsers tell whether they keep what they are given.
 */
export const ofBrowserStore = (name: string): string[] => (agent.includes("Chrome/") ? [] : sameServer(name));

/** The points of a step at which a case kills a worker, but one: where the function runs. */
const otherKills = /killed at the point "(?!function")/;

/**
 * The tags of a conformance case of an executor whose workers are slow to start: each kill starts another. In `npm test` threads of Node,
 * Deno and Bun are killed at every point.
 */
export const inOtherWorkers = (name: string): string[] => (otherKills.test(name) ? [breadth] : []);
