/** Errors of wrong settings, wrong clocks and broken servers. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { EdgewaterError } from "edgewater";
import { fromEnvironment, type S3Store, type S3StoreOptions } from "edgewater/s3";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toArray } from "../../../src/testing/object-store/check.ts";
import { credentials, makeStore, watching } from "./store.ts";

const atOnce = { maxRetries: 0 };

async function closedEndpoint(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

/** Every verb; each must explain what is wrong. */
function callsOf(store: S3Store): (() => Promise<unknown>)[] {
  return [
    () => store.put("k", "x"),
    () => store.put("k", "x", { mode: "create" }),
    () => store.get("k"),
    () => store.delete("k"),
    () => store.delete(["k", "l"]),
    () => store.copy("k", "l"),
    () => toArray(store.list()),
    () => store.put("k", new Blob(["x".repeat(11_000_000)]).stream()),
    () => store.put("k", new Uint8Array(20_000_000)),
  ];
}

async function failureOf(call: () => Promise<unknown>): Promise<EdgewaterError> {
  return call().then(
    () => Promise.reject(new Error("The call succeeded")),
    (error: EdgewaterError) => error,
  );
}

const wrong: readonly [string, Partial<S3StoreOptions>, string, RegExp][] = [
  [
    "a wrong secret",
    { credentials: { ...credentials, secretAccessKey: "wrong-secret" } },
    "Unauthenticated",
    /secret access key or the region is wrong \(403 SignatureDoesNotMatch\)/,
  ],
  ["an unknown access key", { credentials: { ...credentials, accessKeyId: "nobody" } }, "Unauthenticated", /does not know the access key/],
  ["a missing bucket", { bucket: "edgewater-missing" }, "NotFound", /the bucket does not exist \(404 NoSuchBucket\)/],
  ["a closed port", { endpoint: await closedEndpoint(), retry: atOnce }, "Unavailable", /http:\/\/127\.0\.0\.1:\d+ cannot be reached/],
  ["an unknown host", { endpoint: "http://nothing.invalid", retry: atOnce }, "Unavailable", /http:\/\/nothing\.invalid cannot be reached/],
  ["missing environment variables", { credentials: fromEnvironment({}) }, "SettingsError", /AWS_ACCESS_KEY_ID is not set/],
  [
    "a failing credential provider",
    { credentials: () => Promise.reject(new Error("the vault is closed")) },
    "Unauthenticated",
    /The credential provider of S3Store\(.*\) failed/,
  ],
];

describe("S3Store on Ceph", () => {
  it.each(wrong)("explains %s, without showing a secret or a signature", async (_, options, code, message) => {
    for (const call of callsOf(makeStore(options))) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message), outcome: undefined });
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/wrong-secret|testsecret|[0-9a-f]{64}/);
    }
  });

  it("explains a failed HEAD, whose answer has no body, with a second request", async () => {
    const store = makeStore({ credentials: { ...credentials, secretAccessKey: "wrong-secret" } });
    await expect(store.head("k")).rejects.toMatchObject({ code: "Unauthenticated", message: /SignatureDoesNotMatch/ });
  });

  it("reports a server that does not answer", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const store = makeStore({ endpoint: `http://127.0.0.1:${port}`, timeoutMs: 100, retry: { maxRetries: 1, delayMs: 1 } });
    await expect(store.get("k")).rejects.toMatchObject({ code: "Unavailable", message: /did not answer within 100 ms/ });
    await expect(store.put("k", "x", { mode: "create" })).rejects.toMatchObject({ code: "Unavailable", outcome: "unknown" });
    silent.close();
  });

  it("refuses metadata that is too large for S3", async () => {
    const answer = (): Response => new Response("<Error><Code>MetadataTooLarge</Code></Error>", { status: 400 });
    await expect(makeStore({ fetch: watching(answer) }).put("k", "x")).rejects.toMatchObject({ code: "MetadataError" });
  });

  it("ends at once when the signal is aborted while the credential provider runs", async () => {
    const store = makeStore({ credentials: () => new Promise(() => undefined) });
    const signal = AbortSignal.timeout(20);
    await expect(store.get("k", { signal })).rejects.toMatchObject({ code: "Aborted" });
  });
});

describe("S3Store with a wrong clock", () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const day = 86_400_000;

  it.each([
    ["slow", -day],
    ["fast", day],
  ] as const)("that is %s uses the server's time from the first answer on", async (_, offset) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + offset });
    const statuses: string[] = [];
    const store = makeStore({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        statuses.push(`${init?.method} ${response.status}`);
        return response;
      },
    });
    await store.put("clock", "x");
    expect(await (await store.get("clock")).text()).toBe("x");
    expect(statuses).toEqual(["PUT 403", "PUT 200", "GET 200"]);
    await store.delete("clock-new");
    const other = makeStore();
    await other.put("clock-new", "x", { mode: "create" });
    await expect(makeStore().put("clock-new", "x", { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    expect((await makeStore().head("clock")).size).toBe(1);
  });

  it("explains the wrong clock when the answer does not show the server's time", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - day });
    const store = makeStore({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        return new Response(response.body, { status: response.status });
      },
    });
    await expect(store.put("k", "x")).rejects.toMatchObject({
      code: "Unauthenticated",
      message: /clock is wrong \(403 RequestTimeTooSkewed\)/,
    });
  });
});

describe("S3Store with expiring credentials", () => {
  const expired = { ...credentials, accessKeyId: "expired" };
  /** This Ceph has no token service, so the answer to an expired token is made up. */
  const refusing = watching(({ headers, method }) => {
    if (!headers.get("authorization")?.includes("Credential=expired/")) return undefined;
    return new Response(method === "HEAD" ? null : "<Error><Code>ExpiredToken</Code></Error>", { status: 400 });
  });

  it("calls the provider once for all requests at the same time", async () => {
    let asked = 0;
    const provider = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const one = ++asked === 1 ? expired : credentials;
      return { ...one, expiration: new Date(Date.now() + 3_600_000) };
    };
    const store = makeStore({ credentials: provider, fetch: refusing });
    await Promise.all(Array.from({ length: 10 }, (_, index) => store.put(`tokens/${index}`, "x")));
    await store.head("tokens/0");
    expect(asked).toBeLessThanOrEqual(3);
  });

  it("uses them until shortly before they expire, and calls the provider every time without an expiration", async () => {
    let asked = 0;
    const ending = (ms: number | undefined) => () => {
      asked++;
      return { ...credentials, expiration: ms === undefined ? undefined : new Date(Date.now() + ms) };
    };
    const putTwice = async (store: S3Store): Promise<number> => {
      asked = 0;
      await store.put("tokens/k", "x");
      await store.put("tokens/k", "x");
      return asked;
    };
    expect(await putTwice(makeStore({ credentials: ending(3_600_000) }))).toBe(1);
    expect(await putTwice(makeStore({ credentials: ending(1000) }))).toBe(2);
    expect(await putTwice(makeStore({ credentials: ending(undefined) }))).toBe(2);
  });

  it("fails when the provider has no valid credentials", async () => {
    let asked = 0;
    const provider = () => {
      asked++;
      return expired;
    };
    for (const each of [expired, provider]) {
      const store = makeStore({ credentials: each, fetch: refusing });
      const failed = { code: "Unauthenticated", message: expect.stringContaining("the session token has expired (400 ExpiredToken)") };
      await expect(store.put("k", "x")).rejects.toMatchObject(failed);
      await expect(store.put("k", "x", { mode: "create" })).rejects.toMatchObject(failed);
      await expect(store.head("k")).rejects.toMatchObject(failed);
    }
    expect(asked).toBeLessThan(12);
  });

  it("calls a provider again after it failed", async () => {
    let asked = 0;
    const provider = () => {
      if (++asked === 1) throw new Error("not now");
      return credentials;
    };
    const store = makeStore({ credentials: provider });
    await expect(store.put("k", "x")).rejects.toMatchObject({ code: "Unauthenticated", cause: { message: "not now" } });
    await store.put("k", "x");
  });
});
