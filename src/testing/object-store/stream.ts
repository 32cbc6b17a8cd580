import { isEdgewaterError } from "../../errors.ts";
import type { Get, StreamPut } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, rejects } from "./check.ts";

/** The cases for a store that accepts Blobs and streams. */
export function streamCases(): readonly ObjectStoreCase<StreamPut & Get>[] {
  return [
    {
      name: "writes and reads Blobs and streams",
      run: async (store) => {
        await store.put("conformance/streams/blob", new Blob(["a", "b"]));
        equal(await (await store.get("conformance/streams/blob")).text(), "ab", "Blob");
        await store.put("conformance/streams/empty", streamOf([]));
        equal(await (await store.get("conformance/streams/empty")).text(), "", "empty stream");
        const chunks = Array.from({ length: 40 }, (_, index) => new Uint8Array(50_000 + index).fill(index));
        await store.put("conformance/streams/large", streamOf(chunks));
        const object = await store.get("conformance/streams/large");
        equal(
          object.meta.size,
          chunks.reduce((size, chunk) => size + chunk.byteLength, 0),
          "size",
        );
        const bytes = new Uint8Array(await new Response(object.stream()).arrayBuffer());
        const expected = new Uint8Array(await new Blob(chunks).arrayBuffer());
        equal(bytes.byteLength === expected.byteLength && bytes.every((byte, index) => byte === expected[index]), true, "every byte");
      },
    },
    {
      name: "stores one whole stream when two writers of long streams are concurrent",
      run: async (store) => {
        const chunks = (fill: number): Uint8Array[] => Array.from({ length: 33 }, () => new Uint8Array(300_000).fill(fill));
        const puts = [1, 2].map((fill) => store.put("conformance/streams/race", streamOf(chunks(fill))));
        const winners: number[] = [];
        for (const [index, put] of (await Promise.allSettled(puts)).entries()) {
          if (put.status === "fulfilled") winners.push(index + 1);
          // A service may discard the parts of one upload when the other is completed.
          else if (!isEdgewaterError(put.reason, "Unavailable")) throw put.reason;
        }
        const bytes = await (await store.get("conformance/streams/race")).bytes();
        equal(bytes.byteLength, 9_900_000, "bytes of the winner");
        equal(winners.includes(bytes[0] ?? 0) && bytes.every((byte) => byte === bytes[0]), true, "bytes of one writer that won");
      },
    },
    {
      name: "keeps the old object when a stream fails, and reports its error as the cause",
      run: async (store) => {
        await store.put("conformance/streams/failed", "old");
        const reason = new Error("the source failed");
        const error = await rejects(
          () => store.put("conformance/streams/failed", streamOf([new Uint8Array(100_000)], reason)),
          "Unavailable",
        );
        equal(error.cause, reason, "cause");
        equal(await (await store.get("conformance/streams/failed")).text(), "old", "body");
        await rejects(() => store.put("conformance/streams/new", streamOf([new Uint8Array(1)], reason)), "Unavailable");
        await rejects(() => store.get("conformance/streams/new"), "NotFound");
      },
    },
    {
      name: "stops and cancels an endless stream when the signal is aborted",
      run: async (store) => {
        const controller = new AbortController();
        let cancelled: unknown;
        // It does end, so that the case fails and does not hang if the store never stops.
        let rest = 3000;
        const endless = new ReadableStream<Uint8Array>({
          pull: async (stream) => {
            await new Promise((resolve) => setTimeout(resolve, 1));
            if (rest-- > 0) stream.enqueue(new Uint8Array(1000));
            else stream.close();
          },
          cancel: (reason) => {
            cancelled = reason;
          },
        });
        setTimeout(() => controller.abort("enough"), 20);
        await rejects(() => store.put("conformance/streams/endless", endless, { signal: controller.signal }), "Aborted");
        equal(cancelled, "enough", "reason of the cancel");
        await rejects(() => store.get("conformance/streams/endless"), "NotFound");
      },
    },
  ];
}

function streamOf(chunks: readonly Uint8Array[], failure?: Error): ReadableStream<Uint8Array> {
  const rest = [...chunks];
  return new ReadableStream({
    pull: (controller) => {
      const chunk = rest.shift();
      if (chunk) controller.enqueue(chunk);
      else if (failure) controller.error(failure);
      else controller.close();
    },
  });
}
