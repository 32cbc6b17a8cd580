import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type OpenOptions, openStore } from "edgewater/open";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sources } from "../../../scripts/exports.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater open ü-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Opens a store with a fake fetch, reads an object, and returns the URLs that it requested. */
async function requestedBy(
  url: string,
  options: (fetch: typeof globalThis.fetch) => OpenOptions,
): Promise<{ name: string; urls: string[] }> {
  const urls: string[] = [];
  const send = async (to: URL | RequestInfo): Promise<Response> => {
    urls.push(String(to).replace(/\?.*/, ""));
    return new Response("x", { headers: { etag: '"1"', "content-length": "1", "x-goog-generation": "1" } });
  };
  const store = await openStore(url, options(send as typeof fetch));
  await (await store.get("a b")).text();
  return { name: store.name, urls };
}

const s3 = { credentials: { accessKeyId: "id", secretAccessKey: "very-secret" } };
const key = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "very-secret" };

describe("openStore", () => {
  it("opens folders and memory with the exact types of their stores", async () => {
    const url = pathToFileURL(join(folder, "data #1")).href;
    const local = await openStore(url as `file:${string}`, { file: { fsync: true } });
    await local.put("a/b", "x", { mode: "create", metadata: { a: "b" } });
    expect(await readdir(join(folder, "data #1/a"))).toContain("b");
    expect(local.name).toContain("LocalStore");
    const memory = await openStore("memory:");
    await memory.put("k", new Blob(["x"]).stream(), { mode: "create" });
    await expect((await openStore("memory:")).get("k")).rejects.toMatchObject({ code: "NotFound" });
  });

  it.each([
    ["s3://quakes/v1/x?region=eu-west-1", (fetch) => ({ s3: { ...s3, fetch } }), "https://quakes.s3.eu-west-1.amazonaws.com/v1/x/a%20b"],
    [
      "s3://quakes/gr%C3%BCn%20x",
      (fetch) => ({ s3: { ...s3, fetch, region: "eu-west-1" } }),
      "https://quakes.s3.eu-west-1.amazonaws.com/gr%C3%BCn%20x/a%20b",
    ],
    [
      "s3://quakes",
      (fetch) => ({ s3: { fetch }, env: { ...key, AWS_REGION: "us-west-2" } }),
      "https://quakes.s3.us-west-2.amazonaws.com/a%20b",
    ],
    ["s3://quakes/v1/?endpoint=http://127.0.0.1:9000", (fetch) => ({ s3: { ...s3, fetch } }), "http://127.0.0.1:9000/quakes/v1/a%20b"],
    ["s3://quakes", (fetch) => ({ s3: { fetch }, env: { ...key, AWS_ENDPOINT_URL_S3: "http://h:1" } }), "http://h:1/quakes/a%20b"],
    ["s3://quakes", (fetch) => ({ s3: { fetch }, env: { ...key, AWS_ENDPOINT_URL: "http://h:2" } }), "http://h:2/quakes/a%20b"],
    [
      "s3://quakes",
      (fetch) => ({ s3: { fetch }, env: { ...key, AWS_ENDPOINT_URL: "http://h:2", AWS_ENDPOINT_URL_S3: "http://h:1" } }),
      "http://h:1/quakes/a%20b",
    ],
    [
      "s3://quakes?region=eu-west-1",
      (fetch) => ({ s3: { fetch }, env: { ...key, AWS_ENDPOINT_URL: "http://h:2", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" } }),
      "https://quakes.s3.eu-west-1.amazonaws.com/a%20b",
    ],
    [
      "az://box/v1?account=quakes",
      (fetch) => ({ az: { fetch, credentials: { sasToken: "sig=very-secret" } } }),
      "https://quakes.blob.core.windows.net/box/v1/a%20b",
    ],
    [
      "azure://box",
      (fetch) => ({ az: { fetch }, env: { AZURE_STORAGE_ACCOUNT: "quakes", AZURE_STORAGE_SAS_TOKEN: "sig=very-secret" } }),
      "https://quakes.blob.core.windows.net/box/a%20b",
    ],
    [
      "gs://quakes/v1",
      (fetch) => ({ gs: { fetch, credentials: { accessToken: "very-secret" } } }),
      "https://storage.googleapis.com/quakes/v1/a%20b",
    ],
    ["https://example.com/data/", (fetch) => ({ http: { fetch } }), "https://example.com/data/a%20b"],
    ["http://127.0.0.1:8080", (fetch) => ({ http: { fetch } }), "http://127.0.0.1:8080/a%20b"],
  ] satisfies [string, (fetch: typeof globalThis.fetch) => OpenOptions, string][])(
    "requests the objects of %s from the right URL",
    async (url, options, expected) => {
      const { name, urls } = await requestedBy(url, options);
      expect(urls).toEqual([expected]);
      expect(name).not.toContain("secret");
    },
  );

  it.each([
    ["ftp://host/folder", {}, "url", /Unknown scheme ftp: .*expected one of az:, azure:, file:, .*s3:/],
    ["data/folder", {}, "url", /expected a URL such as/],
    ["constructor:x", {}, "url", /Unknown scheme constructor:/],
    ["s3://very-secret:very-secret@bucket", {}, "url", /contains credentials; pass them in the options/],
    [
      "s3://bucket?region=r&secretAccessKey=very-secret",
      {},
      "url",
      /unknown parameter "secretAccessKey"; expected only region, endpoint, style in its query/,
    ],
    ["s3://bucket", { env: {} }, "region", /add \?region=…, or set AWS_REGION/],
    ["s3://?region=r", {}, "url", /expected the name of a bucket: s3:\/\/bucket\/prefix/],
    ["s3://bucket?region=r&style=other", {}, "style", /expected "path" or "virtual-host"/],
    ["s3://bucket/prefix#part?region=r", {}, "url", /has a fragment/],
    ["az://box", { env: {} }, "account", /AZURE_STORAGE_ACCOUNT/],
    ["gs://bucket", {}, "credentials", /pass them in the options: { gs: { credentials } }/],
    ["file://data/folder", {}, "url", /three slashes/],
    ["file:///folder?x=very-secret", {}, "url", /unknown parameter "x"; expected no query/],
    ["file:data", {}, "url", /is relative; expected three slashes/],
    ["file:./data", {}, "url", /is relative/],
    ["file:../data", {}, "url", /is relative/],
    [" file:./data", {}, "url", /is relative/],
    ["file:/data", {}, "url", /is relative/],
    ["FILE:data", {}, "url", /is relative/],
    ["file:///../data", {}, "url", /has a segment/],
    ["s3://bucket/a/../b?region=r", {}, "url", /has a segment/],
    ["s3://bucket/%2e%2E/b?region=r", {}, "url", /has a segment/],
    ["s3://bucket:9000/a?region=r", {}, "url", /has a port/],
    ["s3://bucket%zz/a?region=r", {}, "url", /expected a URL such as/],
    ["s3://bucket?reigon=r", {}, "url", /unknown parameter "reigon"; did you mean "region"\?/],
    ["s3://bucket?region=a&region=b", {}, "url", /"region" is repeated/],
    ["s3://bucket?region=r&very-secret/x+1", {}, "url", /unknown parameter; expected only/],
    ["s3://bucket?region=r", { s3: { ...s3, styl: "path" } as never }, "styl", /Unknown option "styl" of S3Store; did you mean "style"\?/],
    ["s3://bucket?region=r", { S3: s3 } as never, "S3", /Unknown option "S3" of openStore; did you mean "s3"\?/],
    ["s3:/bucket", { env: null } as never, "env", /Invalid env of openStore: null/],
    ["gcs://bucket", {}, "url", /did you mean gs:\?/],
    ["memory:name", {}, "url", /has no name/],
    ["indexeddb:", {}, "url", /expected the name of a database/],
    ["r2:ASSETS", {}, "env", /"ASSETS" is not such a binding in env/],
    ["kv:VALUES", { env: { VALUES: { get: () => undefined } } }, "env", /"VALUES" is not such a binding/],
    ["https://example.com/data?token=very-secret", {}, "url", /unknown parameter "token"; expected no query/],
    ["s3://bucket/%E0%A4%A?region=r", {}, "url", /expected a URL such as/],
  ] satisfies [string, OpenOptions, string, RegExp][])(
    "refuses %s with a remedy and without secrets",
    async (url, options, field, message) => {
      const error = await openStore(url, options).then(
        () => undefined,
        (caught: unknown) => caught as Error,
      );
      expect(error).toMatchObject({ code: "SettingsError", field, message: expect.stringMatching(message) });
      expect(`${error?.message} ${JSON.stringify(error)}`).not.toContain("very-secret");
    },
  );

  it("refuses an invalid prefix", async () => {
    await expect(openStore("s3://bucket/a//b?region=r", { s3 })).rejects.toMatchObject({ code: "InvalidPath" });
  });

  it("loads the code of a store only when it opens one", async () => {
    const result = await build({
      configFile: false,
      logLevel: "silent",
      resolve: { conditions: ["edgewater-source"] },
      build: {
        write: false,
        minify: true,
        target: "esnext",
        rollupOptions: { input: sources["edgewater/open"] ?? "", preserveEntrySignatures: "strict" },
      },
    });
    const [output] = Array.isArray(result) ? result : [result];
    const chunks = output && "output" in output ? output.output.filter((each) => each.type === "chunk") : [];
    const entry = chunks.find(({ isEntry }) => isEntry);
    expect(entry?.dynamicImports.length).toBeGreaterThanOrEqual(10);
    const inEntry = Object.keys(entry?.modules ?? {}).join("\n");
    expect(inEntry).toMatch(/open\/openers\.ts/);
    expect(inEntry).not.toMatch(/aws4fetch|idb-keyval|object-store\/(s3|azure|gcs|r2|local|opfs|indexeddb)\/|(memory|http|kv)\.ts/);
    // In a browser, `no-files.ts` stands for the local store.
    expect(chunks.map(({ code }) => code).join("\n")).not.toMatch(/node:fs/);
  });
});
