import { BytesIOHandler, InputContext, MemoryStore, OutputContext, SuperJsonIOHandler } from "edgewater";
import { describe, expect, it } from "vitest";

const output = (): OutputContext => new OutputContext({ assetName: "rows", runId: "run-1" });
const input = new InputContext({ assetName: "rows" });

/** Changes the bytes of an object and nothing else, as a failing disk does. */
async function damage(store: MemoryStore, key: string, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Promise<void> {
  const { meta, bytes } = await store.get(key);
  await store.put(key, change(await bytes()), { contentType: meta.contentType, metadata: meta.metadata });
}

const flipped = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  bytes.with(bytes.length - 3, (bytes.at(-3) ?? 0) ^ 1) as Uint8Array<ArrayBuffer>;
const truncated = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => bytes.slice(0, -1);

describe("an object that a handler wrote", () => {
  it("has the content type, the digest and the run", async () => {
    const store = new MemoryStore();
    const context = output();
    await new SuperJsonIOHandler({ store }).handleOutput(context, [1]);
    expect(await store.head("rows.superjson")).toMatchObject({
      contentType: "application/json",
      metadata: { "content-digest": context.contentVersion, "run-id": "run-1" },
    });
  });

  it.each([
    ["changed in one bit", flipped],
    ["truncated", truncated],
  ])("is refused after it was %s; the error names the key and both versions", async (_, change) => {
    const store = new MemoryStore();
    const handler = new SuperJsonIOHandler({ store, prefix: "p" });
    await handler.handleOutput(output(), [100, 200, 300]);
    await damage(store, "p/rows.superjson", change);
    await expect(handler.loadInput(input)).rejects.toMatchObject({
      code: "Integrity",
      asset: "rows",
      key: "p/rows.superjson",
      store: "MemoryStore",
      message: expect.stringMatching(/written as sha256:[0-9a-f]{64} and is now sha256:[0-9a-f]{64}/),
    });
  });

  it.each(["bytes", "blob", "stream"] as const)("is refused as %s after it was damaged", async (as) => {
    const store = new MemoryStore();
    const handler = new BytesIOHandler({ store, as });
    await handler.handleOutput(output(), new Uint8Array(2_000_000));
    await damage(store, "rows.bin", flipped);
    const read = async (): Promise<unknown> => {
      const loaded = await handler.loadInput(input);
      return loaded instanceof ReadableStream ? new Response(loaded).arrayBuffer() : loaded;
    };
    await expect(read()).rejects.toMatchObject({ code: "Integrity", key: "rows.bin" });
  });

  it("is not checked when another program wrote it", async () => {
    const store = new MemoryStore();
    await store.put("rows.superjson", '{"json":[1,2]}');
    expect(await new SuperJsonIOHandler({ store }).loadInput(input)).toEqual([1, 2]);
  });
});
