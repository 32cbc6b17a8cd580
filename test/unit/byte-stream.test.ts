import { describe, expect, it } from "vitest";
import { type ChunkReader, chunkReader, watched } from "../../src/byte-stream.ts";

/** Bytes that differ from each other, longer than a few buffers. */
const bytes = Uint8Array.from({ length: 500_000 }, (_, index) => index % 251);

const sources: readonly (readonly [string, () => ReadableStream<Uint8Array>])[] = [
  ["a stream that fills buffers", () => new Blob([bytes]).stream()],
  ["a plain stream", () => new Response(bytes).body?.pipeThrough(new TransformStream()) ?? new ReadableStream()],
];

async function all(reader: ChunkReader): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let result = await reader.read(); !result.done; result = await reader.read()) chunks.push(result.value.slice());
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

describe.each(sources)("%s", (_, source) => {
  it("is read as a whole", async () => {
    expect(await all(chunkReader(source()))).toEqual(bytes);
  });

  it("shows every chunk before it hands it on, to this library and to others", async () => {
    for (const readAll of [
      (stream: ReadableStream<Uint8Array>) => all(chunkReader(stream)),
      async (stream: ReadableStream<Uint8Array>) => new Uint8Array(await new Response(stream as BodyInit).arrayBuffer()),
    ]) {
      const seen: Uint8Array<ArrayBuffer>[] = [];
      const stream = watched(source(), async (chunk) => {
        await Promise.resolve();
        seen.push(chunk.slice());
      });
      expect(await readAll(stream)).toEqual(bytes);
      expect(new Uint8Array(await new Blob(seen).arrayBuffer())).toEqual(bytes);
    }
  });

  it("fails with the error of the one that watches it", async () => {
    const stream = (): ReadableStream<Uint8Array> => watched(source(), () => Promise.reject(new Error("seen enough")));
    await expect(all(chunkReader(stream()))).rejects.toThrow("seen enough");
    await expect(stream().getReader().read()).rejects.toThrow("seen enough");
  });

  it("is locked by its reader, also behind one that watches it", async () => {
    const stream = watched(source(), async () => undefined);
    chunkReader(stream);
    expect(stream.locked).toBe(true);
    expect(() => chunkReader(stream)).toThrow(TypeError);
  });
});

describe("a stream that is cancelled", () => {
  const cancelled = (): { readonly stream: ReadableStream<Uint8Array>; readonly reasons: unknown[] } => {
    const reasons: unknown[] = [];
    const pull = (controller: ReadableByteStreamController): void => controller.enqueue(new Uint8Array(10));
    const stream = new ReadableStream({ type: "bytes", pull, cancel: (reason) => void reasons.push(reason) });
    return { stream, reasons };
  };

  it("cancels its source with the reason", async () => {
    for (const cancel of [
      (stream: ReadableStream<Uint8Array>) => stream.cancel("enough"),
      (stream: ReadableStream<Uint8Array>) => chunkReader(stream).cancel("enough"),
      async (stream: ReadableStream<Uint8Array>) => {
        const reader = chunkReader(stream);
        await reader.read();
        await reader.cancel("enough");
      },
    ]) {
      const { stream, reasons } = cancelled();
      await cancel(watched(stream, async () => undefined));
      expect(reasons).toEqual(["enough"]);
    }
  });
});

it("reads a stream that fills buffers into one buffer", async () => {
  const reader = chunkReader(new Blob([bytes]).stream());
  const first = (await reader.read()).value as Uint8Array;
  await reader.read();
  // It was handed over again.
  expect(first.byteLength).toBe(0);
});
