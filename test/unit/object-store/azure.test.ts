import { inspect } from "node:util";
import { AzureStore, fromEnvironment } from "edgewater/azure";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareUtf8 } from "../../../src/encoding/utf8.ts";
import { inUtf8Order } from "../../../src/object-store/azure/list.ts";

const accountKey = btoa("very-secret-key");
const where = { account: "quakes", container: "v1" };

/** Records the requests, and gives the answers one after the other, and then repeats the last one. */
function answering(...answers: (() => Response)[]): { fetch: typeof fetch; requests: { url: string; headers: Headers }[] } {
  const requests: { url: string; headers: Headers }[] = [];
  const send = async (url: URL | RequestInfo, init?: RequestInit): Promise<Response> => {
    requests.push({ url: String(url), headers: new Headers(init?.headers) });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return answer?.() ?? Response.error();
  };
  return { fetch: send as typeof fetch, requests };
}

const written = (): Response => new Response(null, { status: 201, headers: { etag: '"0x1"' } });
const denied =
  (code: string, date: Date = new Date()) =>
  (): Response =>
    new Response(`<Error><Code>${code}</Code></Error>`, { status: 403, headers: { date: date.toUTCString() } });

describe("AzureStore", () => {
  it("sends no request and asks for no credentials when it is constructed", () => {
    const unused = (): never => {
      throw new Error("used");
    };
    expect(new AzureStore({ ...where, credentials: unused, fetch: unused }).name).toBe("AzureStore(quakes/v1)");
  });

  it.each([
    ["not a URL", "nonsense"],
    ["a URL with credentials", "http://user:very-secret-key@host"],
    ["a URL with a signature", "https://quakes.blob.core.windows.net/?sv=1&sig=very-secret-key"],
  ])("refuses an endpoint that is %s, without showing it", (_, endpoint) => {
    const make = (): unknown => new AzureStore({ ...where, credentials: { accountKey }, endpoint });
    expect(make).toThrow(
      expect.objectContaining({ code: "SettingsError", field: "endpoint", message: expect.not.stringContaining("very-secret") }),
    );
  });

  it("refuses an account key that is not base64, without showing it", async () => {
    const store = new AzureStore({ ...where, credentials: { accountKey: "very-secret-key!" } });
    const error = await store.get("k").catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: "SettingsError", field: "accountKey", message: expect.not.stringContaining("very-secret") });
  });

  it("sends requests to the account's host, with a bearer token", async () => {
    const { fetch, requests } = answering(written);
    await new AzureStore({ ...where, credentials: async () => ({ accessToken: "token-1" }), fetch }).put("a b/c+d", "x");
    expect(requests[0]?.url).toBe("https://quakes.blob.core.windows.net/v1/a%20b/c%2Bd");
    expect(requests[0]?.headers.get("authorization")).toBe("Bearer token-1");
  });

  it("uses a token until shortly before it expires, and gets another when it is refused", async () => {
    const { fetch, requests } = answering(written, written, denied("InvalidAuthenticationInfo"), written);
    let asked = 0;
    const credentials = () => ({ accessToken: `token-${++asked}`, expiration: new Date(Date.now() + 3_600_000) });
    const store = new AzureStore({ ...where, credentials, fetch });
    for (let count = 0; count < 3; count++) await store.put("k", "x");
    expect(requests.map(({ headers }) => headers.get("authorization"))).toEqual([1, 1, 1, 2].map((token) => `Bearer token-${token}`));
    const expiring = new AzureStore({ ...where, credentials: () => ({ accessToken: `${++asked}`, expiration: new Date() }), fetch });
    await expiring.put("k", "x");
    await expiring.put("k", "x");
    expect(asked).toBe(4);
  });

  it("signs with the server's time when this machine's clock is wrong", async () => {
    const server = new Date(Date.now() + 3_600_000);
    const { fetch, requests } = answering(denied("AuthenticationFailed", server), written);
    await new AzureStore({ ...where, credentials: { accountKey }, fetch }).put("k", "x");
    const times = requests.map(({ headers }) => Date.parse(headers.get("x-ms-date") ?? ""));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(3_590_000);
    const always = answering(denied("AuthenticationFailed", server));
    const store = new AzureStore({ ...where, credentials: { accountKey }, fetch: always.fetch });
    await expect(store.put("k", "x")).rejects.toMatchObject({ code: "Unauthenticated" });
    expect(always.requests.length).toBe(2);
  });

  it("waits for a copy that Azure continues after its answer", async () => {
    const copying = (status: string, etag: string) => (): Response =>
      new Response(null, { status: 202, headers: { etag, "x-ms-copy-id": "1", "x-ms-copy-status": status } });
    const done = answering(copying("pending", '"1"'), copying("success", '"2"'));
    const options = { ...where, credentials: { accountKey } };
    expect(await new AzureStore({ ...options, fetch: done.fetch }).copy("a", "b")).toEqual({ etag: '"2"' });
    const failed = answering(copying("pending", '"1"'), copying("failed", '"2"'));
    await expect(new AzureStore({ ...options, fetch: failed.fetch }).copy("a", "b")).rejects.toMatchObject({ code: "Unavailable" });
  });

  it("does not take a lease for a refused condition", async () => {
    const leased = (): Response => new Response("<Error><Code>LeaseIdMissing</Code></Error>", { status: 412 });
    const store = new AzureStore({ ...where, credentials: { accountKey }, fetch: answering(leased).fetch });
    await expect(store.put("k", "x", { mode: "create" })).rejects.toMatchObject({ code: "PermissionDenied", message: /lease/ });
  });

  it("names the host that cannot be reached, without showing a signature", async () => {
    const credentials = { sasToken: "?sv=1&sig=very-secret" };
    const store = new AzureStore({ ...where, credentials, endpoint: "http://127.0.0.1:1/quakes", retry: { maxRetries: 0 } });
    const error = await store.get("k").catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: "Unavailable", message: expect.stringContaining("http://127.0.0.1:1 "), key: "k" });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("very-secret");
  });
});

describe("a fetch error that shows the URL, as in Deno and Bun", () => {
  it("is left out when the URL carries a signature", async () => {
    const failing: typeof fetch = async (input) => {
      const below = Object.assign(new Error(`error sending request for url (${input})`), { code: "ECONNRESET" });
      throw Object.assign(new TypeError("fetch failed", { cause: below }), { path: String(input) });
    };
    const credentials = { sasToken: "sv=1&sig=very-secret" };
    const store = new AzureStore({ ...where, credentials, fetch: failing, retry: { maxRetries: 0 } });
    for (const call of [() => store.get("k"), () => store.put("k", "x"), () => store.put("k", "x", { mode: "create" })]) {
      const error: unknown = await call().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "Unavailable" });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("very-secret");
    }
  });
});

describe("a body error that shows the URL, as in Bun", () => {
  it("is left out when the URL carries a signature", async () => {
    const breaking: typeof fetch = async (input) => {
      const error = Object.assign(new TypeError("closed"), { path: String(input) });
      const body = new ReadableStream({ pull: (controller) => controller.error(error) });
      const headers = { etag: '"1"', "content-length": "9" };
      return Object.defineProperty(new Response(body, { headers }), "url", { value: String(input) });
    };
    const store = new AzureStore({ ...where, credentials: { sasToken: "sv=1&sig=very-secret" }, fetch: breaking });
    const reads = [async () => (await store.get("k")).bytes(), async () => store.list().next()];
    for (const read of reads) {
      const error: unknown = await read().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "Unavailable" });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("very-secret");
    }
  });
});

describe("a list in UTF-16 order", () => {
  const name = fc
    .array(fc.constantFrom("a", "z", "/", "\ud7ff", "\ue000", "\uffee", "🌊", "\u{10ffff}"), { maxLength: 5 })
    .map((all) => all.join(""));
  async function* each(names: readonly string[]): AsyncGenerator<string, void, void> {
    yield* names;
  }
  it.each([
    ["UTF-16", undefined],
    ["UTF-8", compareUtf8],
  ])("is returned in UTF-8 order (from %s)", async (_, order) => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 60 }), async (names) => {
        const sorted: string[] = [];
        for await (const found of inUtf8Order(each(names.toSorted(order)), (text) => text)) sorted.push(found);
        expect(sorted).toEqual(names.toSorted(compareUtf8));
      }),
    );
  });
});

describe("fromEnvironment", () => {
  it("reads the key, or else the signature, when it is called", () => {
    const env = { AZURE_STORAGE_KEY: "k", AZURE_STORAGE_SAS_TOKEN: "s" };
    expect(fromEnvironment(env)()).toEqual({ accountKey: "k" });
    expect(fromEnvironment({ ...env, AZURE_STORAGE_KEY: "" })()).toEqual({ sasToken: "s" });
    expect(fromEnvironment({})).toThrow(expect.objectContaining({ code: "SettingsError", field: "AZURE_STORAGE_KEY" }));
  });
});
