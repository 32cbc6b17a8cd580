import { AzureStore } from "edgewater/azure";
import { conditionsCases, copyCases, delimiterCases, fullObjectStoreCases, objectStoreCases, paginationCases } from "edgewater/testing";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { sameServer } from "../../support/breadth.ts";
import { createContainer } from "../../support/servers/azurite.ts";
import { containerSignature } from "./sas.ts";

const azure = inject("azure");
const { accountKey, ...where } = azure;
const store = new AzureStore({ ...where, credentials: { accountKey } });
const refused = /\\|\.$/;

describe.each(fullObjectStoreCases({ refused, pageObjects: 30 }))("AzureStore on Azurite", ({ name, run }) => {
  it(name, () => run(new AzureStore({ ...where, credentials: { accountKey } })));
});

const signed = { ...where, container: "edgewater-signed" };
const sasToken = containerSignature({ ...azure, ...signed });
beforeAll(() => createContainer(azure, signed.container));

describe.each([...objectStoreCases({ refused, pageObjects: 20 }), ...conditionsCases(), ...copyCases()])(
  "AzureStore on Azurite, with a shared access signature",
  ({ name, run }) => {
    it(name, { tags: sameServer(name) }, () => run(new AzureStore({ ...signed, credentials: async () => ({ sasToken }) })));
  },
);

/** Requests pages of two entries; a shared access signature does not cover the rest of the query. */
const fewAtOnce: typeof fetch = (input, init) => fetch(String(input).replace(/maxresults=\d+/, "maxresults=2"), init);

describe.each([
  ...objectStoreCases({ refused, pageObjects: 31 }).filter(({ name }) => name.startsWith("lists")),
  ...paginationCases(),
  ...delimiterCases(),
])("AzureStore on Azurite, in pages of two", ({ name, run }) => {
  it(name, () => run(new AzureStore({ ...signed, credentials: { sasToken }, fetch: fewAtOnce })));
});

describe("AzureStore on Azurite", () => {
  const blockSize = 50_000;
  const inBlocks = new AzureStore({ ...where, credentials: { accountKey }, blockSize });
  const bytes = Uint8Array.from({ length: 777_777 }, (_, index) => (index * 7) % 251);
  const streamed = (): ReadableStream<Uint8Array> => new Blob([bytes]).stream();
  const read = async (key: string): Promise<boolean> => Buffer.from(bytes).equals(Buffer.from(await (await store.get(key)).bytes()));

  it("commits the blocks of a stream as one object, also under a condition", async () => {
    const metadata = { a: "b", Ünicode: " " };
    const { etag = "" } = await inBlocks.put("blocks", streamed(), { mode: "create", contentType: "text/plain", metadata });
    expect(await store.head("blocks")).toMatchObject({ etag, size: bytes.byteLength, contentType: "text/plain", metadata });
    expect(await read("blocks")).toBe(true);
    await expect(inBlocks.put("blocks", streamed(), { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    const second = await inBlocks.put("blocks", streamed(), { mode: { ifMatch: etag } });
    await expect(inBlocks.put("blocks", streamed(), { mode: { ifMatch: etag } })).rejects.toMatchObject({ code: "PreconditionFailed" });
    expect(await store.head("blocks")).toMatchObject({ etag: second.etag, contentType: undefined, metadata: {} });
    await inBlocks.put("blocks", streamed());
    expect(await read("blocks")).toBe(true);
  });

  it("leaves no object when a stream fails", async () => {
    let chunks = 0;
    const failing = new ReadableStream<Uint8Array>({
      pull: (controller) => (++chunks > 5 ? controller.error(new Error("broken")) : controller.enqueue(new Uint8Array(blockSize))),
    });
    await expect(inBlocks.put("half", failing)).rejects.toMatchObject({
      code: "Unavailable",
      cause: expect.objectContaining({ message: "broken" }),
    });
    await expect(store.head("half")).rejects.toMatchObject({ code: "NotFound" });
    const listed: string[] = [];
    for await (const { key } of store.list()) listed.push(key);
    expect(listed).not.toContain("half");
    await store.put("half", "whole");
  });

  it("refuses to commit a stream when another write happened between its blocks", async () => {
    let isWritten = false;
    const interrupted: typeof fetch = async (input, init) => {
      if (String(input).includes("comp=blocklist") && !isWritten) {
        isWritten = true;
        await store.put("between-blocks", "another");
      }
      return fetch(input, init);
    };
    const late = new AzureStore({ ...where, credentials: { accountKey }, blockSize, fetch: interrupted });
    await expect(late.put("between-blocks", streamed(), { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(await (await store.get("between-blocks")).text()).toBe("another");
  });

  it.each(["GET", "HEAD", "PUT", "DELETE"] as const)("signs a URL for %s that permits no other method", async (method) => {
    const key = `signed/ü+ ${method}`;
    await store.put(key, "here");
    const url = await store.signedUrl(key, { method });
    const send = (how: string): Promise<Response> =>
      fetch(url, { method: how, ...(how === "PUT" ? { body: "new", headers: { "x-ms-blob-type": "BlockBlob" } } : {}) });
    const others = { GET: "PUT", HEAD: "DELETE", PUT: "GET", DELETE: "PUT" };
    expect((await send(others[method])).status).toBe(403);
    expect((await fetch(url.replace(/sig=../, "sig=AA"), { method: "GET" })).status).toBe(403);
    const response = await send(method);
    expect(response.ok).toBe(true);
    if (method === "GET") expect(await response.text()).toBe("here");
    if (method === "PUT") expect(await (await store.get(key)).text()).toBe("new");
    if (method === "DELETE") await expect(store.get(key)).rejects.toMatchObject({ code: "NotFound" });
  });

  // Azure itself answers AuthenticationFailed, which is Unauthenticated.
  it.each([
    ["a wrong key", { credentials: { accountKey: btoa("very-secret-key") } }, "PermissionDenied", /403 AuthorizationFailure/],
    [
      "an expired signature",
      { credentials: { sasToken: containerSignature(azure, "rl", new Date(0)) } },
      "PermissionDenied",
      /403 AuthorizationFailure/,
    ],
    ["a missing container", { container: "edgewater-missing" }, "NotFound", /the container does not exist \(404 ContainerNotFound\)/],
  ] as const)("explains %s, without showing a secret", async (_, wrong, code, message) => {
    const failing = new AzureStore({ ...where, credentials: { accountKey }, ...wrong });
    const listing = async (): Promise<void> => {
      for await (const each of failing.list()) void each;
    };
    const calls = [
      () => failing.put("k", "x"),
      () => failing.put("k", "x", { mode: "create" }),
      () => failing.get("k"),
      () => failing.head("k"),
      () => failing.delete("k"),
      listing,
    ];
    for (const call of calls) {
      const error: Error = await call().then(
        () => new Error("succeeded"),
        (caught: Error) => caught,
      );
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(`${error.message} ${JSON.stringify(error)} ${error.cause}`).not.toMatch(/sig=|very-secret|[\w+/]{43}=/);
    }
  });

  it("reports what a signature does not permit", async () => {
    const reader = new AzureStore({ ...where, credentials: { sasToken: containerSignature(azure, "r") } });
    await expect(reader.put("k", "x")).rejects.toMatchObject({ code: "PermissionDenied" });
    await expect(reader.signedUrl("k")).rejects.toMatchObject({ code: "NotSupported" });
  });
});
