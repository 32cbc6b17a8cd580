/** Answers of servers that lie, break off or are no storage service at all, and the error that each must become. */

import { gzipSync } from "node:zlib";
import type { ErrorCode } from "edgewater";
import type { Service, Verb } from "./http-stores.ts";

/** An answer of a server. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** What becomes of the connection after the body; it ends unless given. */
  readonly afterwards?: "stands still" | "breaks off" | "drips without end";
}

/** One row: what a server answers to some verbs, and what must come of it. */
export interface HostileAnswer {
  readonly name: string;
  readonly verbs: readonly Verb[];
  readonly answer: (service: Service, verb: Verb) => Answer;
  readonly code: ErrorCode;
  readonly message?: RegExp;
  /** How long the store waits; as long as the test has it unless given. */
  readonly timeoutMs?: number;
  /** The stores that the row is for; all with the verb unless given. */
  readonly stores?: readonly Service["name"][];
}

const encoded = gzipSync("x".repeat(1000));
const part = (service: Service, range: string, body: string, more = {}): Answer => ({
  status: 206,
  headers: { ...service.headers, "content-range": range, "content-length": String(body.length), ...more },
  body,
});
const whole = ({ headers }: Service, body: string | Uint8Array, more: Record<string, string> = {}): Answer => ({
  headers: { ...headers, "content-length": String(body.length), ...more },
  body,
});
const html = { headers: { "content-type": "text/html" }, body: "<html><body>Please log in</body></html>" };
const lists: readonly Verb[] = ["list", "list below a prefix", "list one level"];
const documents: readonly Verb[] = ["list"];

/** The table. Every row is applied to every store that has the verb. */
export const hostileAnswers: readonly HostileAnswer[] = [
  // Ranges and lengths
  {
    name: "206 with another range",
    verbs: ["range"],
    answer: (s) => part(s, "bytes 0-1/6", "ab"),
    code: "Unavailable",
    message: /0 to 2 of 6/,
  },
  { name: "206 with a longer range", verbs: ["range"], answer: (s) => part(s, "bytes 3-5/6", "def"), code: "Unavailable" },
  { name: "206 with a shorter range", verbs: ["range"], answer: (s) => part(s, "bytes 3-3/6", "d"), code: "Unavailable" },
  { name: "206 with a range that ends before it starts", verbs: ["range"], answer: (s) => part(s, "bytes 3-2/6", ""), code: "Unavailable" },
  { name: "206 with an invalid range", verbs: ["range"], answer: (s) => part(s, "bytes 3-x/6", "de"), code: "Unavailable" },
  { name: "206 without the object's size", verbs: ["range"], answer: (s) => part(s, "bytes 3-4/*", "de"), code: "NotSupported" },
  {
    name: "206 without a range",
    verbs: ["range"],
    answer: ({ headers }) => ({ status: 206, headers: { ...headers, "content-length": "2" }, body: "de" }),
    code: "Unavailable",
  },
  { name: "206 to a whole object", verbs: ["get", "get if match"], answer: (s) => part(s, "bytes 0-4/100", "abcde"), code: "Unavailable" },
  {
    name: "206 whose length contradicts its range",
    verbs: ["range"],
    answer: (s) => part(s, "bytes 3-4/6", "def"),
    code: "Unavailable",
  },
  {
    name: "another status of success",
    verbs: ["get", "range"],
    answer: ({ headers }) => ({ status: 203, headers, body: "de" }),
    code: "Unavailable",
  },
  { name: "no content", verbs: ["get", "range", "head"], answer: ({ headers }) => ({ status: 204, headers }), code: "Unavailable" },
  {
    name: "a body that is shorter than its length",
    verbs: ["get", "get if match"],
    answer: (s) => ({ ...whole(s, "abc", { "content-length": "10" }), afterwards: "breaks off" }),
    code: "Unavailable",
  },
  // Conditions
  {
    name: "another etag than ifMatch",
    verbs: ["get if match"],
    answer: (s) => whole(s, "abc", { etag: '"other"', "x-goog-generation": "2" }),
    code: "PreconditionFailed",
  },
  {
    name: "304 that was not asked for",
    verbs: ["get", "range", "get if match"],
    answer: ({ headers }) => ({ status: 304, headers }),
    code: "Unavailable",
  },
  { name: "412 that was not asked for", verbs: ["get", "range"], answer: ({ headers }) => ({ status: 412, headers }), code: "Unavailable" },
  { name: "416 that was not asked for", verbs: ["get"], answer: ({ headers }) => ({ status: 416, headers }), code: "Unavailable" },
  // Encodings
  {
    name: "a range of an object that is stored compressed",
    verbs: ["range"],
    answer: (s) => ({
      status: 206,
      headers: { ...s.headers, "content-encoding": "gzip", "content-length": "2", "content-range": `bytes 3-4/${encoded.length}` },
      body: encoded.subarray(3, 5),
    }),
    code: "NotSupported",
    message: /gzip|compressed/,
  },
  // Redirects
  ...([302, 303, 307] as const).map((status) => ({
    name: `a redirect (${status}) to another server`,
    verbs: ["put", "create", "delete", "delete many", "list", "copy", "upload"] as const,
    answer: () => ({ status, headers: { location: "http://elsewhere.test/very-secret-path?very-secret-query" } }),
    code: "Unavailable" as const,
    message: /http:\/\/elsewhere\.test[^/]/,
  })),
  ...([302, 303, 307] as const).map((status) => ({
    name: `a redirect (${status}) of a read to another server`,
    verbs: ["get", "range", "head"] as const,
    answer: () => ({ status, headers: { location: "http://elsewhere.test/very-secret-path?very-secret-query" } }),
    code: "Unavailable" as const,
    message: /http:\/\/elsewhere\.test[^/]/,
    stores: ["S3", "Azure", "GCS"] as const,
  })),
  ...([301, 308] as const).map((status) => ({
    name: `a permanent redirect (${status}) to another server`,
    verbs: ["put", "create", "delete", "delete many", "list", "copy"] as const,
    answer: () => ({ status, headers: { location: "http://elsewhere.test/very-secret-path?very-secret-query" } }),
    code: "SettingsError" as const,
    message: /http:\/\/elsewhere\.test[^/]/,
  })),
  { name: "301 without an address", verbs: ["get", "head", "put", "list"], answer: () => ({ status: 301 }), code: "SettingsError" },
  {
    name: "a redirect to something that is no address",
    verbs: ["get", "head", "put"],
    answer: () => ({ status: 302, headers: { location: "http://[" } }),
    code: "Unavailable",
    message: /not a URL/,
  },
  {
    name: "a redirect to a file",
    verbs: ["get", "head"],
    answer: () => ({ status: 302, headers: { location: "file:///etc/passwd" } }),
    code: "Unavailable",
  },
  // Documents
  {
    name: "a web page with status 200",
    verbs: ["put", "create", "delete", "delete many", "copy", "upload", ...lists],
    answer: () => html,
    code: "Unavailable",
  },
  { name: "nothing with status 200", verbs: ["put", "copy", "upload", ...lists], answer: () => ({}), code: "Unavailable" },
  { name: "nothing with status 200 to a batch", verbs: ["delete many"], answer: () => ({}), code: "Unavailable", stores: ["S3"] },
  {
    name: "an error with status 200",
    verbs: ["delete many", "upload", ...lists],
    answer: () => ({ body: "<Error><Code>InternalError</Code></Error>" }),
    code: "Unavailable",
  },
  {
    name: "a refusal with status 200",
    verbs: lists,
    answer: () => ({ body: "<Error><Code>AccessDenied</Code></Error>" }),
    code: "PermissionDenied",
  },
  { name: "a list that is cut off", verbs: lists, answer: (s) => ({ body: s.page([{ key: "p/a" }]).slice(0, -20) }), code: "Unavailable" },
  {
    name: "a list that is cut off between its entries",
    verbs: lists,
    answer: (s) => ({ body: s.page([{ key: "p/a" }]).replace(/<\/(?:ListBucketResult|Blobs)>.*$/, "") }),
    code: "Unavailable",
  },
  { name: "another document than a list", verbs: lists, answer: () => ({ body: "<Other></Other>" }), code: "Unavailable" },
  {
    name: "two documents",
    verbs: lists,
    answer: (s) => ({ body: s.page([{ key: "p/a" }]) + s.page([]).replace(/^<\?.*?\?>/, "") }),
    code: "Unavailable",
  },
  {
    name: "a list with text behind it",
    verbs: lists,
    answer: (s) => ({ body: `${s.page([{ key: "p/a" }])} and more` }),
    code: "Unavailable",
  },
  {
    name: "a character beyond Unicode",
    verbs: documents,
    answer: (s) => ({ body: s.page([{ key: "a" }]).replace("a</", "&#x110000;</") }),
    code: "Unavailable",
  },
  {
    name: "an entry without a size",
    verbs: documents,
    answer: (s) => ({ body: s.page([{ key: "a", size: "many" }]) }),
    code: "Unavailable",
  },
  {
    name: "an entry with a size beyond all numbers",
    verbs: documents,
    answer: (s) => ({ body: s.page([{ key: "a", size: "9".repeat(400) }]) }),
    code: "Unavailable",
  },
  {
    name: "the same token without end",
    verbs: lists,
    answer: (s) => ({ body: s.page([{ key: "p/a" }], { token: "t", isTruncated: true }) }),
    code: "Unavailable",
    message: /without end/,
  },
  {
    name: "the same token without end, with empty pages",
    verbs: documents,
    answer: (s) => ({ body: s.page([], { token: "t" }) }),
    code: "Unavailable",
  },
  {
    name: "entries of another prefix",
    verbs: ["list below a prefix"],
    answer: (s) => ({ body: s.page([{ key: "pp/a" }]) }),
    code: "Unavailable",
  },
  {
    name: "entries of all levels, although one was asked for",
    verbs: ["list one level"],
    answer: (s) => ({ body: s.page([{ key: "p/a/b" }]) }),
    code: "Unavailable",
  },
  {
    name: "prefixes that were not asked for",
    verbs: documents,
    answer: (s) => ({ body: s.page([], { prefixes: ["a/"] }) }),
    code: "Unavailable",
  },
  // Time and size
  {
    name: "a list that stands still",
    verbs: documents,
    answer: () => ({ body: "<ListBucketResult>", afterwards: "stands still" }),
    code: "Unavailable",
    timeoutMs: 300,
  },
  {
    name: "a list that drips without end",
    verbs: documents,
    answer: () => ({ body: "<ListBucketResult>", afterwards: "drips without end" }),
    code: "Unavailable",
    timeoutMs: 300,
  },
  {
    name: "an error that stands still",
    verbs: ["get", "list", "put", "delete"],
    answer: () => ({ status: 400, body: "<Error>", afterwards: "stands still" }),
    code: "Unavailable",
    timeoutMs: 300,
  },
  {
    name: "an error that drips without end",
    verbs: ["get", "put"],
    answer: () => ({ status: 400, body: "<Error>", afterwards: "drips without end" }),
    code: "Unavailable",
    timeoutMs: 300,
  },
  {
    name: "a list larger than any",
    verbs: documents,
    answer: (s) => ({ body: `<${s.listRoot}>${" ".repeat(70_000_000)}</${s.listRoot}>` }),
    code: "Unavailable",
    message: /larger than/,
    timeoutMs: 20_000,
  },
  {
    name: "a megabyte of elements that do not end",
    verbs: ["get", ...documents],
    answer: (_, verb) => ({ status: verb === "get" ? 400 : 200, body: "<Code>".repeat(175_000) }),
    code: "Unavailable",
  },
  {
    name: "a megabyte of the beginnings of elements",
    verbs: ["get", ...documents],
    answer: (_, verb) => ({ status: verb === "get" ? 400 : 200, body: "<Code ".repeat(175_000) }),
    code: "Unavailable",
  },
  {
    name: "a megabyte of nested elements",
    verbs: documents,
    answer: () => ({ body: `${"<a>".repeat(150_000)}${"</a>".repeat(150_000)}` }),
    code: "Unavailable",
  },
  {
    name: "a megabyte of references",
    verbs: documents,
    answer: (s) => ({ body: `<${s.listRoot}>${"&".repeat(1_000_000)}` }),
    code: "Unavailable",
  },
  // Codes
  {
    name: "a code of an object's own properties",
    verbs: ["get", "list"],
    answer: () => ({ status: 403, body: "<Error><Code>constructor</Code></Error>" }),
    code: "PermissionDenied",
  },
  {
    name: "a refusal of the request",
    verbs: ["list", "put"],
    answer: () => ({ status: 400, body: "<Error><Code>InvalidArgument</Code></Error>" }),
    code: "NotSupported",
  },
];
