/** Answers that lie, break off or are not those of a served Storage become the right error, and never a record. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ErrorCode, Storage } from "edgewater";
import { remote } from "edgewater/remote";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { made, runOf } from "../../../src/testing/storage/check.ts";

type Answer = (question: { readonly id: string; readonly ask: never }) => {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly afterwards?: "stands still" | "breaks off";
};

const envelope = { edgewater: "records", protocol: 1, schema: 2 };
let answer: Answer;
let requests: IncomingMessage[] = [];

const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
  requests.push(request);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const question = JSON.parse(Buffer.concat(chunks).toString());
  const isOpen = request.url === "/open";
  const given = isOpen ? { body: JSON.stringify({ ...envelope, id: question.id, answer: null }) } : answer(question);
  const { status = 200, headers = { "content-type": "application/json" }, body = "", afterwards } = given;
  response.writeHead(status, headers);
  if (afterwards === undefined) response.end(body);
  else response.write(body, () => afterwards === "breaks off" && response.destroy());
});
let url: string;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
});

const token = "a-very-secret-token";
/** Only opening is tried again: on a busy machine an honest answer may be late, too. */
const retry = { maxRetries: 20, delayMs: 1, factor: 1, retryOn: () => requests.at(-1)?.url === "/open" };
const connect = (timeoutMs = 20_000): Promise<Storage> => Storage.connect(remote(url, { token, timeoutMs, retry }));
const json = (value: unknown): { body: string } => ({ body: JSON.stringify(value) });
/** An answer of the right form with this content. */
const says =
  (content: unknown): Answer =>
  ({ id }) =>
    json({ ...envelope, id, answer: content });

async function errorOf(call: (storage: Storage) => Promise<unknown>, timeoutMs?: number): Promise<Error> {
  await using storage = await connect(timeoutMs);
  const error = (await call(storage).then(
    (value) => new Error(`returned ${JSON.stringify(value)}`),
    (caught: unknown) => caught,
  )) as Error;
  expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("secret");
  expect(error.message).toMatch(/^[\x20-\x7e…]{1,400}$/);
  return error;
}

describe("an answer to any question", () => {
  const rows: readonly (readonly [string, Answer, ErrorCode, RegExp?])[] = [
    ["nothing", () => ({}), "Unavailable"],
    ["a web page", () => ({ body: "<html>Please log in</html>" }), "Unavailable", /not that of a served Storage/],
    ["other JSON", () => json({ ok: true }), "Unavailable"],
    ["an error of another program", () => ({ status: 500, ...json({ error: "secret" }) }), "Unavailable"],
    ["401 of a proxy", () => ({ status: 401, body: "secret" }), "Unauthenticated"],
    ["403 of a proxy", () => ({ status: 403, body: "<html>" }), "PermissionDenied"],
    ["404 of another server", () => ({ status: 404 }), "NotFound", /check the URL/],
    ["413 of a proxy", () => ({ status: 413 }), "NotSupported"],
    ["204", () => ({ status: 204 }), "Unavailable"],
    [
      "a body that breaks off",
      ({ id }) => ({ body: JSON.stringify({ ...envelope, id, answer: [] }).slice(0, -5), afterwards: "breaks off" }),
      "Unavailable",
    ],
    ["a body that is cut off", ({ id }) => ({ body: JSON.stringify({ ...envelope, id, answer: [] }).slice(0, -5) }), "Unavailable"],
    [
      "a body that is nested too deeply",
      ({ id }) => ({ body: `{"id":"${id}","answer":${"[".repeat(1e6)}${"]".repeat(1e6)}}` }),
      "Unavailable",
    ],
    ["the answer to another question", () => json({ ...envelope, id: "1", answer: [] }), "Unavailable", /another question/],
    ["an answer without a question", () => json({ ...envelope, answer: [] }), "Unavailable"],
    [
      "an answer with a status of failure",
      ({ id }) => ({ status: 500, ...json({ ...envelope, id, answer: [] }) }),
      "Unavailable",
      /contradicts/,
    ],
    ["an error with a status of success", ({ id }) => json({ ...envelope, id, error: { code: "NotFound", reason: "x" } }), "Unavailable"],
    [
      "another protocol",
      ({ id }) => json({ ...envelope, protocol: 2, id, answer: [] }),
      "SchemaMismatch",
      /the server has the version of the protocol 2, and this client has 1; use the same version/,
    ],
    ["another schema", ({ id }) => json({ ...envelope, schema: 3, id, answer: [] }), "SchemaMismatch", /schema version 3/],
    [
      "an error with an unknown code",
      ({ id }) => ({ status: 400, ...json({ ...envelope, id, error: { code: "constructor", reason: "x" } }) }),
      "Unavailable",
    ],
    [
      "an error that is not printable",
      ({ id }) => ({ status: 400, ...json({ ...envelope, id, error: { code: "NotFound", reason: "\u001b[31m\n" } }) }),
      "NotFound",
      /\?\[31m\?/,
    ],
    [
      "a redirect",
      () => ({ status: 302, headers: { location: "http://elsewhere.test/secret?secret" } }),
      "Unavailable",
      /http:\/\/elsewhere\.test[^/]/,
    ],
    [
      "a permanent redirect",
      () => ({ status: 308, headers: { location: "http://elsewhere.test/secret" } }),
      "SettingsError",
      /http:\/\/elsewhere\.test[^/]/,
    ],
  ];

  it.each(rows.map(([name, given, code, message]) => ({ name, given, code, message })))("$name", async ({ given, code, message = /^/ }) => {
    answer = given;
    expect(await errorOf((storage) => storage.getRuns())).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("a body that stands still", async () => {
    answer = () => ({ body: '{"edgewater":', afterwards: "stands still" });
    expect(await errorOf((storage) => storage.getRuns(), 300)).toMatchObject({ code: "Unavailable" });
  });

  it("that redirects sends the token nowhere else", async () => {
    answer = () => ({ status: 307, headers: { location: `${url}/elsewhere` } });
    await errorOf((storage) => storage.getRuns());
    expect(requests.map((request) => request.url)).toEqual(["/open", "/runs"]);
  });
});

/** Events as a server sends them. */
const event = { ...made("a"), id: 5, partitionKey: undefined };
const latest = { assetKey: "a", firstId: 1, lastInputDataVersions: {} };
const lease = { runId: "r", owner: "1.x", attempt: 1, beat: 0, ttlMs: 1, ageMs: 1 };
const run = runOf("r");

describe("an answer that does not fit its question", () => {
  const ofA = (storage: Storage) => storage.getEventsForAsset("a", { limit: 2, types: "all" });
  const rows: readonly (readonly [string, (storage: Storage) => Promise<unknown>, unknown])[] = [
    ["events that are no list", ofA, { length: 1 }],
    ["an event of another asset", ofA, [{ ...event, assetKey: "b" }]],
    ["more events than asked for", ofA, [7, 6, 5].map((id) => ({ ...event, id }))],
    ["events in another order", ofA, [5, 6].map((id) => ({ ...event, id }))],
    ["an event twice", ofA, [event, event]],
    ["an event without an id", ofA, [{ ...event, id: undefined }]],
    ["an event of an unknown type", ofA, [{ ...event, eventType: "constructor" }]],
    ["an event without a data version", ofA, [{ ...event, dataVersion: undefined }]],
    ["an event with wrong metadata", ofA, [{ ...event, metadata: { a: { Int: {} } } }]],
    ["an event with a wrong partition", ofA, [{ ...event, partitionKey: { single: 5 } }]],
    ["null in place of an event", ofA, [null]],
    ["an event of another run", (storage) => storage.getEventsForRun("other"), [event]],
    [
      "an event of another type",
      (storage) => storage.getEventsForAsset("a"),
      [{ ...event, eventType: "Verification", found: "Missing", materializationId: 1, dataVersion: undefined }],
    ],
    [
      "an observation in place of a materialization",
      (storage) => storage.getLatestMaterialization("a"),
      { ...event, eventType: "Observation" },
    ],
    ["the materialization of another partition", (storage) => storage.getLatestMaterialization("a", "x"), event],
    ["other ids than the commit has events", (storage) => storage.commit({ events: [made("a")] }), [1, 2]],
    ["ids that do not grow", (storage) => storage.commit({ events: [made("a"), made("a")] }), [2, 2]],
    ["ids that are no numbers", (storage) => storage.commit({ events: [made("a")] }), ["1"]],
    ["a latest record of another asset", (storage) => storage.getLatestRecords([{ assetKey: "b" }]), [latest]],
    ["a latest record twice", (storage) => storage.getLatestRecords([{ assetKey: "a" }]), [latest, latest]],
    ["a latest record with a wrong id", (storage) => storage.getLatestRecords([{ assetKey: "a" }]), [{ ...latest, firstId: "1" }]],
    ["a latest record with a wrong mark", (storage) => storage.getLatestRecords([{ assetKey: "a" }]), [{ ...latest, lastStored: {} }]],
    ["the record of an asset among partitions", (storage) => storage.getPartitionRecords("a"), [latest]],
    ["a definition without tags", (storage) => storage.getAssetRecords(), [{ assetKey: "a" }]],
    ["another run", (storage) => storage.getRun("other"), run],
    ["a run with the status Interrupted", (storage) => storage.getRuns(), [{ ...run, status: "Interrupted" }]],
    ["more runs than asked for", (storage) => storage.getRuns({ limit: 1 }), [run, run]],
    ["the lease of another run", (storage) => storage.getLeases("other"), [lease]],
    ["a lease without an age", (storage) => storage.getLeases("r"), [{ ...lease, ageMs: undefined }]],
    ["a log of another run", (storage) => storage.getRunLogs("r"), [{ runId: "s", step: "a", level: "info", message: "", timestamp: 1 }]],
    ["a tick of another name", (storage) => storage.getTicks("t"), [{ name: "u", timestamp: 1, status: "Fired" }]],
    ["a value that is not base64", (storage) => storage.kvGet("k"), "!"],
    ["a value that is no text", (storage) => storage.kvGet("k"), 5],
    ["keys of another prefix", (storage) => storage.kvList("a/"), [{ key: "b", value: "" }]],
    ["keys of another definition", (storage) => storage.getDynamicPartitions("d"), [{ definition: "e", key: "x" }]],
    ["nothing where rows are expected", (storage) => storage.getRuns(), undefined],
  ];

  it.each(rows)("%s", async (_, call, content) => {
    answer = says(content);
    const error = await errorOf(call);
    const outcome = requests.at(-1)?.url === "/commit" ? "unknown" : undefined;
    expect(error).toMatchObject({ code: "Unavailable", outcome, message: expect.stringContaining("the server answered with ") });
  });
});

it("an answer that fits is returned", async () => {
  await using storage = await connect();
  answer = says([event]);
  expect(await storage.getEventsForAsset("a")).toEqual([event]);
  answer = says([lease]);
  expect(await storage.getLeases("r")).toEqual([{ ...lease, step: undefined, holder: undefined }]);
  answer = says([latest]);
  expect(await storage.getLatestRecords([{ assetKey: "a" }])).toMatchObject([{ ...latest, lastFound: undefined, partitionKey: undefined }]);
});
