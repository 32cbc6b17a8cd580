/** What a served Storage permits, refuses and tells. */
import { EdgewaterError, MetadataValue, Storage } from "edgewater";
import { bearer, remote, type ServeOptions, serveStorage } from "edgewater/remote";
import { sqlite } from "edgewater/sqlite";
import { describe, expect, it } from "vitest";
import { made } from "../../../src/testing/storage/check.ts";

const everybody = () => "write" as const;
const url = "https://records.test/below";
const versions = { protocol: 1, schema: 2 };
const operations = [
  ...["open", "commit", "events", "materialization", "latestOf", "latest", "definitions", "run", "runs", "leases", "logs", "ticks"],
  ...["kv", "kvList", "dynamicPartitions"],
];

/** A client of a handler, without a network between them. */
function through(handler: (request: Request) => Promise<Response>, token?: string | (() => string)): Promise<Storage> {
  const send: typeof fetch = (input, init) => handler(new Request(input, init));
  return Storage.connect(remote(url, { fetch: send, retry: { maxRetries: 0 }, ...(token !== undefined && { token }) }));
}

/** The answer to a question that was written by hand. */
async function ask(options: Partial<ServeOptions>, operation: string, body: unknown, init: RequestInit = {}) {
  const handler = serveStorage(Storage.memory(), { authorize: everybody, ...options });
  const text = typeof body === "string" ? body : JSON.stringify({ ...versions, id: "1", ask: body });
  const headers = { "content-type": "application/json" };
  const response = await handler(new Request(`${url}/${operation}`, { method: "POST", headers, body: text, ...init }));
  const answer = (await response.json()) as {
    readonly error?: { readonly code: string; readonly reason: string; readonly field?: string };
  };
  return { status: response.status, headers: response.headers, ...answer };
}

describe("authorization", () => {
  const tokens = { write: "a-token-that-may-write", read: ["a-token-that-may-read", "another-that-may-read"] };

  it("by bearer tokens permits writing, only reading, or nothing", async () => {
    const handler = serveStorage(Storage.memory(), { authorize: bearer(tokens) });
    await using writer = await through(handler, tokens.write);
    const [event] = await writer.commit({ events: [made("a")] });
    for (const token of tokens.read) {
      await using reader = await through(handler, () => token);
      expect(await reader.getLatestMaterialization("a")).toEqual(event);
      await expect(reader.commit({ events: [made("a")] })).rejects.toMatchObject({
        code: "PermissionDenied",
        outcome: undefined,
        message: `Cannot write "commit" in remote(${url}): the credentials permit reading only`,
      });
    }
    for (const token of [undefined, "a-token-that-may-writ", "a-token-that-may-write-", "Bearer"]) {
      const error = await through(handler, token).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "Unauthenticated" });
      expect(`${(error as Error).message} ${JSON.stringify(error)}`).not.toContain("may-writ");
    }
    expect(await writer.getEventsForAsset("a")).toHaveLength(1);
  });

  it("refuses short tokens, and shows none", () => {
    for (const wrong of [
      { write: "short" },
      { write: "with spaces in the token" },
      { read: ["secret\u00e4secret\u00e4secret"] },
      { other: "x" },
    ]) {
      expect(() => bearer(wrong as never)).toThrow(
        expect.objectContaining({ code: "SettingsError", message: expect.not.stringMatching(/short|secret|spaces in/) }),
      );
    }
    expect(() => remote(url, { token: "two words" })).toThrow(expect.objectContaining({ code: "SettingsError", field: "token" }));
  });

  it("is required, and lets nobody in when it fails or says anything else", async () => {
    expect(() => serveStorage(Storage.memory(), {} as never)).toThrow(
      expect.objectContaining({ code: "SettingsError", field: "authorize" }),
    );
    for (const authorize of [() => true, () => undefined, () => "admin", () => Promise.reject(new Error("secret of the server"))]) {
      const errors: unknown[] = [];
      const { status, error } = await ask({ authorize: authorize as never, onError: (each) => errors.push(each) }, "runs", {});
      expect([status, error?.code]).toEqual([503, "Unavailable"]);
      expect(JSON.stringify(error)).not.toContain("secret");
      expect(errors).toHaveLength(1);
    }
  });

  it("is asked before anything else is looked at", async () => {
    const authorize = () => "none" as const;
    for (const operation of ["runs", "commit", "nothing"]) expect((await ask({ authorize }, operation, "{")).status).toBe(401);
  });
});

describe("a request", () => {
  const code = async (...given: Parameters<typeof ask>) => {
    const { status, error } = await ask(...given);
    return [status, error?.code];
  };

  it("that is no question is refused", async () => {
    expect(await code({}, "runs", "not JSON")).toEqual([400, "Unavailable"]);
    expect(await code({}, "runs", "[]")).toEqual([400, "Unavailable"]);
    expect(await code({}, "runs", "")).toEqual([400, "Unavailable"]);
    expect(await code({}, "constructor", {})).toEqual([404, "NotFound"]);
    expect(await code({}, "", {})).toEqual([404, "NotFound"]);
    expect(await code({}, "runs", {}, { method: "PUT" })).toEqual([405, "NotSupported"]);
    expect(await code({}, "runs", {}, { headers: { "content-type": "text/plain" } })).toEqual([415, "NotSupported"]);
  });

  it("of another version is refused by name", async () => {
    const { status, error } = await ask({}, "runs", JSON.stringify({ protocol: 9, schema: 2, id: "1", ask: {} }));
    expect([status, error?.code]).toEqual([409, "SchemaMismatch"]);
    expect(error?.reason).toBe(
      "the client has the version of the protocol 9, and this server has 1; use the same version of edgewater on both",
    );
    expect((await ask({}, "runs", JSON.stringify({ protocol: 1, schema: 1, id: "1", ask: {} }))).error?.reason).toMatch(/schema version 1/);
    expect((await ask({}, "runs", "{}")).error).toMatchObject({ code: "SchemaMismatch" });
  });

  it("that is too large or nested too deeply is refused before it is parsed", async () => {
    expect(await code({ maxBodyBytes: 100 }, "kv", { key: "k".repeat(100) })).toEqual([413, "NotSupported"]);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new TextEncoder().encode(`${"1".repeat(1000)},`)) });
    const init: RequestInit & { duplex: "half" } = { body: endless, duplex: "half" };
    expect(await code({ maxBodyBytes: 10_000 }, "kv", {}, init)).toEqual([413, "NotSupported"]);
    const deep = (levels: number) =>
      `{"protocol":1,"schema":2,"id":"1","ask":{"key":"[[","other":${"[".repeat(levels)}${"]".repeat(levels)}}}`;
    expect(await code({}, "kv", deep(100_000))).toEqual([400, "Unavailable"]);
    expect(await code({}, "kv", deep(10))).toEqual([400, "SettingsError"]);
  });

  it("with a wrong field is refused, and the error names it", async () => {
    const wrong: readonly (readonly [string, unknown, string, string | undefined])[] = [
      ["events", {}, "SettingsError", "limit"],
      ["events", { limit: 1001 }, "SettingsError", "limit"],
      ["events", { limit: 1, types: "all" }, "SettingsError", "types"],
      ["events", { limit: 1, assetKey: "a\0b" }, "InvalidPath", "assetKey"],
      ["events", { limit: 1, sql: "1" }, "SettingsError", "sql"],
      ["nextEvents", { after: 0, waitMs: 1e9 }, "SettingsError", "waitMs"],
      ["latestOf", { places: [{ assetKey: 1 }] }, "SettingsError", "assetKey"],
      ["latestOf", { places: [null] }, "SettingsError", undefined],
      ["run", { runId: { $ne: 1 } }, "SettingsError", "runId"],
      ["kv", null, "SettingsError", undefined],
      ["kv", { key: "\ud800" }, "InvalidPath", "key"],
      ["commit", null, "SettingsError", "batch"],
      ["commit", {}, "SettingsError", "id"],
      ["commit", { id: "1", events: [null] }, "SettingsError", "batch"],
      ["commit", { id: "1", events: "many" }, "SettingsError", "batch"],
      ["commit", { id: "1", kv: [{ key: "k", value: "no base64!" }] }, "SettingsError", "batch"],
      ["commit", { id: "1", others: [] }, "SettingsError", "others"],
      ["commit", { id: "1", kv: [{ key: "k", value: "", more: 1 }] }, "SettingsError", "kv[0].more"],
      ["commit", { id: "1", runs: [{ runId: 5 }] }, "SettingsError", "runs[0].runId"],
      ["commit", { id: "a\0b", kv: [] }, "InvalidPath", "id"],
    ];
    for (const [operation, body, expected, field] of wrong) {
      const { status, error } = await ask({}, operation, body);
      expect([status, error?.code, error?.field], `${operation} ${JSON.stringify(body)}`).toEqual([400, expected, field]);
      expect(error?.reason).not.toContain("Storage.memory()");
    }
  });

  it("of every operation with a value of a wrong kind is answered, or refused for what was asked", async () => {
    const values = [null, true, 0, -1, 1.5, "", "a\0b", [], {}, [[]], { length: 1 }, { __proto__: 1 }];
    const codes = new Set<string>();
    for (const operation of operations) {
      for (const value of values) {
        const fields = ["id", "events", "key", "runId", "places", "of", "limit", "assetKey"].map((name) => ({ [name]: value }));
        for (const asked of [value, ...fields]) {
          const { status, error } = await ask({}, operation, JSON.stringify({ ...versions, id: "1", ask: asked }));
          codes.add(`${status} ${error?.code}`);
        }
      }
    }
    expect([...codes].sort()).toEqual(["200 undefined", "400 InvalidPath", "400 SettingsError"]);
  });
});

describe("an answer", () => {
  it("tells nothing of the server: no message, path or stack of an error of the Storage", async () => {
    const storage = await Storage.connect(sqlite(":memory:"));
    const errors: unknown[] = [];
    const handler = serveStorage(storage, { authorize: everybody, onError: (error) => errors.push(error) });
    await using client = await through(handler);
    await storage.close();
    await expect(client.getRuns()).rejects.toMatchObject({
      code: "Unavailable",
      message: `Cannot read "runs" in remote(${url}): the Storage of the server failed, or cannot be reached`,
    });
    expect(errors).toEqual([expect.objectContaining({ code: "Closed" })]);
    await expect(client.commit({ kv: [] })).rejects.toMatchObject({ code: "Unavailable", outcome: "unknown" });
  });

  it("refuses commits to a Storage that was opened to be read", async () => {
    const backend = {
      name: "x",
      migrate: async () => undefined,
      open: async () => (await import("../../../src/storage/memory.ts")).MemoryBackend.prototype,
    };
    const storage = await Storage.connect(backend as never, { readOnly: true });
    await using client = await through(serveStorage(storage, { authorize: everybody }));
    await expect(client.commit({ kv: [] })).rejects.toMatchObject({
      code: "PermissionDenied",
      message: expect.stringContaining("the Storage of the server may only be read"),
    });
  });

  it("has CORS headers for the pages that were named, and no others", async () => {
    const cors = { origins: ["https://app.test"] };
    const from = (origin: string) => ({ headers: { "content-type": "application/json", origin } });
    const allowed = (await ask({ cors }, "runs", {}, from("https://app.test"))).headers;
    expect([allowed.get("access-control-allow-origin"), allowed.get("vary")]).toEqual(["https://app.test", "origin"]);
    expect((await ask({ cors }, "runs", {}, from("https://other.test"))).headers.get("access-control-allow-origin")).toBe(null);
    expect((await ask({}, "runs", {}, from("https://app.test"))).headers.get("access-control-allow-origin")).toBe(null);
    expect((await ask({ cors: { origins: "*" } }, "runs", {}, from("https://app.test"))).headers.get("access-control-allow-origin")).toBe(
      "*",
    );
    const preflight = (origin: string) =>
      serveStorage(Storage.memory(), { authorize: () => "none", cors })(
        new Request(`${url}/runs`, { method: "OPTIONS", headers: { origin } }),
      );
    const yes = await preflight("https://app.test");
    expect(yes.status).toBe(204);
    expect(yes.headers.get("access-control-allow-headers")).toBe("authorization, content-type");
    expect((await preflight("https://other.test")).headers.get("access-control-allow-methods")).toBe(null);
  });

  it("keeps every kind of metadata", async () => {
    await using client = await through(serveStorage(Storage.memory(), { authorize: everybody }));
    const metadata = {
      nested: MetadataValue.list([MetadataValue.list([MetadataValue.float(Number.NaN)])]),
      bytes: MetadataValue.schema(Uint8Array.of(1, 255)),
    };
    const [event] = await client.commit({ events: [made("a", { metadata, partition: "x=1|y=2" })] });
    expect(await client.getEventsForAsset("a")).toEqual([event]);
  });
});

describe("serveStorage", () => {
  it("refuses what is no Storage of this library, and wrong options", () => {
    for (const storage of [undefined, {}, "postgres://", new Proxy(Storage.memory(), {})])
      expect(() => serveStorage(storage as never, { authorize: everybody })).toThrow(
        expect.objectContaining({ code: "SettingsError", field: "storage" }),
      );
    for (const [field, value] of [
      ["cors", true],
      ["cors.origins", { origins: "https://app.test" }],
      ["maxBodyBytes", 0],
      ["onError", "log"],
      ["authorise", everybody],
    ] as const) {
      const options = { authorize: everybody, [field.split(".")[0] as string]: value };
      expect(() => serveStorage(Storage.memory(), options as never)).toThrow(expect.objectContaining({ code: "SettingsError", field }));
    }
  });

  it("makes the records reachable from anywhere, so that no run of a client counts as ended on the server", () => {
    const storage = Storage.memory();
    expect(storage.reach).toBe("process");
    serveStorage(storage, { authorize: everybody });
    expect(storage.reach).toBe("anywhere");
  });
});

describe("remote", () => {
  it.each(["ftp://x.test", "https://me:secret@x.test", "https://x.test/?token=secret", "https://x.test/#secret", "secret", 5])(
    "refuses the URL %j, and does not show it",
    (wrong) => {
      expect(() => remote(wrong as never)).toThrow(
        expect.objectContaining({ code: "SettingsError", field: "url", message: expect.not.stringContaining("secret") }),
      );
    },
  );

  it.each([
    [
      () => {
        throw new Error("no login");
      },
      "Unauthenticated",
    ],
    [() => Promise.reject(new EdgewaterError("Unavailable", "the login is down")), "Unavailable"],
    [() => "two words", "Unauthenticated"],
    [() => undefined, "Unauthenticated"],
  ])("refuses a token function that gives no token", async (token, code) => {
    const error = await Storage.connect(
      remote(url, { token: token as () => string, fetch: () => Promise.reject(new Error("sent")) }),
    ).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).not.toContain("two words");
  });
});
