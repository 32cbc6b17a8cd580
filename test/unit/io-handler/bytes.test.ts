import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { asset, type BytesForm, BytesIOHandler, InputContext, MemoryStore, OutputContext, Repository } from "edgewater";
import { describe, expect, it } from "vitest";
import { root } from "../../support/spawn.ts";

const output = (): OutputContext => new OutputContext({ assetName: "tile" });
const input = new InputContext({ assetName: "tile" });
const content = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251);

/** Element by element, the comparison of millions of bytes takes seconds. */
const isContent = (bytes: Uint8Array): boolean => Buffer.from(content.buffer).equals(bytes);

function chunks(bytes: Uint8Array<ArrayBuffer>, size: number): ReadableStream<Uint8Array> {
  let start = 0;
  return new ReadableStream({
    pull(controller) {
      if (start >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.slice(start, start + size));
      start += size;
    },
  });
}

describe("BytesIOHandler", () => {
  it.each<[string, () => Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array>]>([
    ["a Uint8Array", () => content],
    ["an ArrayBuffer", () => content.slice().buffer],
    ["a Blob", () => new Blob([content])],
    ["a stream", () => chunks(content, 100_003)],
  ])("writes %s unchanged, with the same data version and metadata", async (_, make) => {
    const store = new MemoryStore();
    const context = output();
    await new BytesIOHandler({ store, prefix: "p", as: "stream" }).handleOutput(context, make());
    expect(isContent(await (await store.get("p/tile.bin")).bytes())).toBe(true);
    const expected = output();
    await new BytesIOHandler({ store: new MemoryStore() }).handleOutput(expected, content);
    expect(context.contentVersion).toBe(expected.contentVersion);
    expect(context.contentVersion).toMatch(/^sha256t:/);
    expect(context.outputMetadata).toMatchObject({ path: { value: "p/tile.bin" }, size_bytes: { kind: "Int", value: content.byteLength } });
  });

  it.each<[BytesForm, (loaded: never) => Promise<Uint8Array>]>([
    ["bytes", async (loaded: Uint8Array) => loaded],
    ["blob", async (loaded: Blob) => new Uint8Array(await loaded.arrayBuffer())],
    ["stream", async (loaded: ReadableStream) => new Uint8Array(await new Response(loaded).arrayBuffer())],
  ])("loads as %s", async (as, read) => {
    const store = new MemoryStore();
    await new BytesIOHandler({ store }).handleOutput(output(), content);
    expect(isContent(await read((await new BytesIOHandler({ store, as }).loadInput(input)) as never))).toBe(true);
  });

  it("writes only the bytes of a view, not the rest of its buffer", async () => {
    const store = new MemoryStore();
    await new BytesIOHandler({ store, extension: "raw" }).handleOutput(output(), content.subarray(10, 13));
    expect([...(await (await store.get("tile.raw")).bytes())]).toEqual([...content.slice(10, 13)]);
  });

  it.each([
    ["text", "x"],
    ["a Blob in the form bytes", new Blob(["x"])],
    ["numbers", [1, 2]],
    ["undefined", undefined],
  ])("refuses %s and writes nothing", async (_, value) => {
    const store = new MemoryStore();
    await expect(new BytesIOHandler({ store }).handleOutput(output(), value as never)).rejects.toMatchObject({
      code: "SerializationError",
      asset: "tile",
    });
    await expect(store.get("tile.bin")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("refuses to write a stream twice, so that a retry cannot write its rest as the whole", async () => {
    let failures = 1;
    class Flaky extends MemoryStore {
      override async put(...[key, body, options]: Parameters<MemoryStore["put"]>): ReturnType<MemoryStore["put"]> {
        if (failures-- === 0 || !(body instanceof ReadableStream)) return super.put(key, body, options);
        const reader = body.getReader();
        await reader.read();
        reader.releaseLock();
        throw new Error("lost the connection");
      }
    }
    const store = new Flaky();
    const tile = asset({ name: "tile", ioHandler: new BytesIOHandler({ store, as: "stream" }), retry: { maxRetries: 3, delayMs: 0 } }, () =>
      chunks(content, 1000),
    );
    await using repository = await Repository.open({ assets: [tile] });
    await expect(repository.materialize()).rejects.toMatchObject({ code: "SerializationError" });
    await expect(store.get("tile.bin")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("keeps the old object when a stream fails", async () => {
    const store = new MemoryStore();
    const handler = new BytesIOHandler({ store, as: "stream" });
    await handler.handleOutput(output(), new Uint8Array([1]));
    const failing = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(content.slice(0, 1000));
        controller.error(new Error("the source is gone"));
      },
    });
    await expect(handler.handleOutput(output(), failing)).rejects.toThrow();
    expect([...(await (await store.get("tile.bin")).bytes())]).toEqual([1]);
  });

  it("writes and reads 200 MB in less than 100 MB of memory", async () => {
    const folder = await mkdtemp(join(tmpdir(), "edgewater-bytes-"));
    try {
      const args = ["--conditions=edgewater-source", "--expose-gc", "test/unit/io-handler/bytes-memory.ts", folder];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
      const { size, peak } = JSON.parse(stdout) as { size: number; peak: number };
      expect(size).toBe(200 * 1024 * 1024);
      expect(peak).toBeLessThan(100 * 1024 * 1024);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
