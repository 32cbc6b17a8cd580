/** Wrong options are refused by every remote store when it is constructed. */
import { AzureStore } from "edgewater/azure";
import { GCSStore } from "edgewater/gcs";
import { HTTPStore } from "edgewater/http";
import { openStore } from "edgewater/open";
import { S3Store } from "edgewater/s3";
import { describe, expect, it } from "vitest";
import { ServerClock } from "../../../../src/object-store/client/clock-skew.ts";

const stores: Readonly<Record<string, (options: object) => unknown>> = {
  S3Store: (options) => new S3Store({ bucket: "b", region: "r", credentials: { accessKeyId: "a", secretAccessKey: "s" }, ...options }),
  AzureStore: (options) => new AzureStore({ account: "a", container: "c", credentials: { accountKey: "" }, ...options }),
  GCSStore: (options) => new GCSStore({ bucket: "b", credentials: { accessToken: "t" }, ...options }),
  HTTPStore: (options) => new HTTPStore("https://host/base", options),
};

const wrongForAll = [
  ["retry.maxRetries", { retry: { maxRetries: -1 } }],
  ["retry.delayMs", { retry: { delayMs: Number.NaN } }],
  ["retry.jitter", { retry: { jitter: "some" } }],
  ["timeoutMs", { timeoutMs: 0 }],
  ["timeoutMs", { timeoutMs: Number.POSITIVE_INFINITY }],
  ["timeoutMs", { timeoutMs: "1000" }],
] as const;

const wrongForSome = [
  ["S3Store", "partSize", 0],
  ["S3Store", "partSize", 1.5],
  ["S3Store", "concurrency", 0],
  ["AzureStore", "blockSize", -1],
  ["AzureStore", "concurrency", Number.POSITIVE_INFINITY],
  ["GCSStore", "chunkSize", 1000],
  ["GCSStore", "chunkSize", 0],
  ["GCSStore", "concurrency", Number.NaN],
] as const;

describe.each(Object.entries(stores))("%s", (_, make) => {
  it.each(wrongForAll)("refuses a wrong %s: %j", (field, options) => {
    expect(() => make(options)).toThrow(expect.objectContaining({ code: "SettingsError", field }));
  });

  it("takes the options that are documented", () => {
    make({ retry: { maxRetries: 0, delayMs: 0, maxElapsedMs: Number.POSITIVE_INFINITY, jitter: "none" }, timeoutMs: 1 });
  });
});

it.each(wrongForSome)("%s refuses the %s %d", (name, field, value) => {
  const message = expect.stringMatching(`^Invalid ${field} of ${name}\\(.*\\): ${value}; expected `);
  expect(() => stores[name]?.({ [field]: value })).toThrow(expect.objectContaining({ code: "SettingsError", field, message }));
});

it.each(["http://host?sig=very-secret", "http://user:very-secret@host", "very-secret"])(
  "refuses an endpoint without showing it",
  (endpoint) => {
    const message = expect.not.stringContaining("very-secret");
    for (const name of ["S3Store", "AzureStore", "GCSStore"]) {
      expect(() => stores[name]?.({ endpoint })).toThrow(expect.objectContaining({ code: "SettingsError", field: "endpoint", message }));
    }
  },
);

const wrongNames = [
  ["S3Store", "region", ["x@evil.test/", "evil.test#", "evil.test/", "a:b@c", "r?x=", "..", "", undefined, 5, "r\n"]],
  [
    "S3Store",
    "bucket",
    ["evil/b", "localhost:8080/b", "evil?", "u:very-secret@evil/", "../other", "..", "", "b#c", "b\\c", undefined, null],
  ],
  ["GCSStore", "bucket", ["evil/b", "../b", "b?x", "b#x", "", undefined]],
  ["AzureStore", "account", ["evil.test/", "a@b", "a.b", "A B", "", undefined]],
  ["AzureStore", "container", ["../c", "c/d", "c?restype=x", "c%2Fd", "$other", "", undefined]],
] as const;

it.each(wrongNames.flatMap(([name, field, values]) => values.map((value) => [name, field, value] as const)))(
  "%s refuses the %s %j, without showing it",
  (name, field, value) => {
    for (const endpoint of [undefined, "http://host/base"]) {
      const message = expect.not.stringContaining("very-secret");
      expect(() => stores[name]?.({ [field]: value, endpoint })).toThrow(
        expect.objectContaining({ code: "SettingsError", field, message }),
      );
    }
  },
);

it.each([
  "s3://b/p?region=x@evil.test/",
  "s3://evil%2Fb/p?region=r",
  "s3://b%zz/p?region=r",
  "az://c%2Fd/p?account=a",
  "az://c/p?account=a@evil.test/",
])("a URL with a wrong name is refused: %s", async (url) => {
  const env = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s", AZURE_STORAGE_KEY: "" };
  await expect(openStore(url, { env })).rejects.toMatchObject({ code: "SettingsError" });
});

it.each(["ftp://host", "file:///tmp", "http://host/#x", "http://host/%zz", "http://host/a%2Fb"])(
  "the endpoint %s is refused",
  (endpoint) => {
    for (const name of ["S3Store", "AzureStore", "GCSStore"]) {
      expect(() => stores[name]?.({ endpoint })).toThrow(expect.objectContaining({ code: "SettingsError", field: "endpoint" }));
    }
  },
);

it("an endpoint's path is encoded once, and signed as it is sent", async () => {
  for (const base of ["/a+b", "/a%2Bb", "/a b/é/"]) {
    const sent: { readonly url: string; readonly authorization: string | null }[] = [];
    const record: typeof fetch = async (input, init) => {
      sent.push({ url: String(input), authorization: new Headers(init?.headers).get("authorization") });
      return new Response(null, { headers: { etag: '"1"', "content-length": "0" } });
    };
    const given = { accessKeyId: "AK", secretAccessKey: "SK" };
    await new S3Store({ bucket: "b", region: "r", endpoint: `http://host${base}`, credentials: given, fetch: record }).head("k");
    const path = base.startsWith("/a b") ? "/a%20b/%C3%A9" : "/a%2Bb";
    expect(sent[0]?.url).toBe(`http://host${path}/b/k`);
    expect(sent[0]?.authorization).toMatch(/Signature=[0-9a-f]{64}$/);
  }
});

describe("the server's clock", () => {
  it("is corrected for every request that was signed by the wrong time", async () => {
    const serverNow = (): number => Date.now() + 3_600_000;
    let signedWrongly = 0;
    const skewed: typeof fetch = async (_, init) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const date = new Headers(init?.headers).get("x-amz-date")?.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z") ?? "";
      if (Math.abs(Date.parse(date) - serverNow()) < 900_000) {
        return new Response("hi", { headers: { etag: '"e"', "content-length": "2" } });
      }
      signedWrongly++;
      const body = `<Error><Code>RequestTimeTooSkewed</Code><ServerTime>${new Date(serverNow()).toISOString()}</ServerTime></Error>`;
      return new Response(body, { status: 403 });
    };
    const store = new S3Store({ bucket: "b", region: "r", credentials: { accessKeyId: "a", secretAccessKey: "s" }, fetch: skewed });
    const read = async (key: string): Promise<string> => (await store.get(key)).text();
    expect(await Promise.all(["1", "2", "3", "4"].map(read))).toEqual(["hi", "hi", "hi", "hi"]);
    expect(await Promise.all(["5", "6"].map(read))).toEqual(["hi", "hi"]);
    expect(signedWrongly).toBe(4);
  });

  it("counts as changed only by more than a minute, and is undone by an answer that does not show it", () => {
    const clock = new ServerClock();
    expect(clock.adjust(Date.now() + 30_000)).toBe(false);
    expect(clock.adjust(Date.now() + 3_600_000)).toBe(true);
    expect(clock.now() - Date.now()).toBeGreaterThan(3_590_000);
    expect(clock.adjust(Date.now() + 3_600_000)).toBe(false);
    expect(clock.adjust(Number.NaN)).toBe(true);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
  });
});
