import { env } from "cloudflare:workers";
import { R2Store } from "edgewater/r2";
import { fullObjectStoreCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";

const { ASSETS } = env;
const megabyte = 1024 * 1024;

// A test below lists more than a page of a thousand.
describe.each(fullObjectStoreCases({ etagsNameContent: true, pageObjects: 30 }))("R2Store", ({ name, run }) => {
  it(name, () => run(new R2Store(ASSETS)));
});

/** A stream of megabytes, each filled with its number. Parts of 5 MiB end within and between the chunks. */
function megabytes(count: number, { failure, between }: { failure?: Error; between?: (megabyte: number) => Promise<unknown> } = {}) {
  let sent = 0;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      await between?.(sent);
      if (sent < count) controller.enqueue(new Uint8Array(megabyte).fill(sent++));
      else if (failure) controller.error(failure);
      else controller.close();
    },
  });
}

describe("R2Store", () => {
  const store = new R2Store(ASSETS);

  it.each([8, 16, 19])("uploads a stream of %s MB in parts, with its attributes", async (count) => {
    const { etag } = await store.put("parts/some", megabytes(count), { contentType: "a/b", metadata: { grün: "🌊" } });
    const opened = await store.get("parts/some");
    expect(opened.meta).toMatchObject({ size: count * megabyte, etag, contentType: "a/b", metadata: { grün: "🌊" } });
    let offset = 0;
    for await (const chunk of opened.stream()) {
      const whole = chunk as Uint8Array;
      if (!whole.every((byte, index) => byte === Math.floor((offset + index) / megabyte))) throw new Error(`wrong bytes from ${offset}`);
      offset += whole.byteLength;
    }
    expect(offset).toBe(count * megabyte);
  });

  it("keeps the old object when an upload in parts fails, and reports the cause", async () => {
    await store.put("parts/failed", "old");
    const failure = new Error("the source failed");
    await expect(store.put("parts/failed", megabytes(18, { failure }))).rejects.toMatchObject({ code: "Unavailable", cause: failure });
    expect(await (await store.get("parts/failed")).text()).toBe("old");
  });

  it("checks the condition before an upload in parts and again before it is completed", async () => {
    const { etag = "" } = await store.put("parts/condition", "old");
    await expect(store.put("parts/condition", megabytes(9), { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    const between = async (sent: number) => sent === 9 && (await store.put("parts/condition", "meanwhile"));
    const put = store.put("parts/condition", megabytes(9, { between }), { mode: { ifMatch: etag } });
    await expect(put).rejects.toMatchObject({ code: "PreconditionFailed" });
    expect(await (await store.get("parts/condition")).text()).toBe("meanwhile");
    const { etag: now = "" } = await store.head("parts/condition");
    await store.put("parts/condition", megabytes(9), { mode: { ifMatch: now } });
    expect(await store.head("parts/condition")).toMatchObject({ size: 9 * megabyte });
  });

  it("lists more than a thousand entries with a delimiter and with pagination, each once and in order", async () => {
    const names = Array.from({ length: 1205 }, (_, index) => `levels/${String(index).padStart(5, "0")}${index % 3 === 0 ? "/below" : ""}`);
    for (let start = 0; start < names.length; start += 100) {
      await Promise.all(names.slice(start, start + 100).map((name) => store.put(name, "x")));
    }
    const entries: string[] = [];
    for await (const entry of store.list("levels", { delimiter: "/" })) entries.push("prefix" in entry ? entry.prefix : entry.key);
    expect(entries).toEqual(names.map((name) => name.replace("below", "")));
    const some: string[] = [];
    for await (const { key } of store.list("levels", { startAfter: names[50] ?? "", limit: 1100 })) some.push(key);
    expect(some).toEqual(names.slice(51, 1151));
    await store.delete(names);
  });

  it.each([
    ["metadata that is too long", "k", { metadata: { a: "x".repeat(9000) } }, "MetadataError"],
    ["a key that is too long", "k".repeat(1025), {}, "InvalidPath"],
  ] as const)("refuses %s", async (_, key, options, code) => {
    await expect(store.put(key, "x", options)).rejects.toMatchObject({ code, store: "R2Store", key });
  });

  it.each(["*", '"*"', '""', "W/", "etag"])("treats %j as an etag that no object has", async (etag) => {
    await store.put("etags", "x");
    await expect(store.put("etags", "y", { mode: { ifMatch: etag } })).rejects.toMatchObject({ code: "PreconditionFailed" });
    await expect(store.get("etags", { ifMatch: etag })).rejects.toMatchObject({ code: "PreconditionFailed" });
    expect(await (await store.get("etags", { ifNoneMatch: etag })).text()).toBe("x");
  });

  it.each([
    ["partSize", 1024],
    ["concurrency", 0],
    ["partSize", "5 MiB"],
  ])("refuses a %s of %s", (field, value) => {
    expect(() => new R2Store(ASSETS, { [field]: value } as { partSize: number })).toThrow(
      expect.objectContaining({ code: "SettingsError", field, message: expect.stringContaining(`Invalid ${field} of R2Store`) }),
    );
  });

  it("refuses a wrong retry policy", () => {
    expect(() => new R2Store(ASSETS, { retry: { maxRetries: -1 } })).toThrow(
      expect.objectContaining({ code: "SettingsError", field: "retry.maxRetries" }),
    );
  });
});
