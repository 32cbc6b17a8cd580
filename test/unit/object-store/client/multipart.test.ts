/** Bodies split into parts, with an upload that is recorded here. */
import { describe, expect, it } from "vitest";
import { type Part, putInParts } from "../../../../src/object-store/client/multipart.ts";

const call = { store: "S", verb: "write", key: "k", signal: undefined } as const;
const options = { partSize: 4, maxParts: 3, sizeOption: "partSize" };

function streamOf(...chunks: readonly number[][]): { readonly body: ReadableStream<Uint8Array>; isCancelled: boolean } {
  const rest = chunks.map((chunk) => new Uint8Array(chunk));
  const stream = {
    isCancelled: false,
    body: new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const chunk = rest.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel: () => {
        stream.isCancelled = true;
      },
    }),
  };
  return stream;
}

async function bytesOf(part: Part): Promise<number[]> {
  return [...new Uint8Array(await new Blob([part]).arrayBuffer())];
}

/** Puts a body and returns what was sent. */
async function put(body: Blob | ReadableStream<Uint8Array>, concurrency = 1): Promise<{ whole?: number[]; parts: number[][] }> {
  const sent: { whole?: number[]; parts: number[][] } = { parts: [] };
  const done = { etag: "e" };
  const putWhole = async (part: Part) => {
    sent.whole = await bytesOf(part);
    return done;
  };
  await putInParts(body, call, options, putWhole, async ({ sendAll }) => {
    await sendAll(concurrency, async (part, number) => {
      sent.parts[number - 1] = await bytesOf(part);
    });
    return done;
  });
  return sent;
}

describe("a body of unknown length", () => {
  it("is put whole when it fits into one part", async () => {
    expect(await put(streamOf([1, 2], [3, 4]).body)).toEqual({ whole: [1, 2, 3, 4], parts: [] });
    expect(await put(streamOf().body)).toEqual({ whole: [], parts: [] });
    expect(await put(new Blob([new Uint8Array([1])]))).toEqual({ whole: [1], parts: [] });
  });

  it.each([1, 2, 9])("is put in parts of equal size, with %d at the same time", async (concurrency) => {
    const { parts } = await put(streamOf([1, 2, 3, 4, 5], [], [6, 7, 8, 9]).body, concurrency);
    expect(parts).toEqual([[1, 2, 3, 4], [5, 6, 7, 8], [9]]);
  });

  it("gets larger parts when it is a Blob that would need too many", async () => {
    const bytes = Array.from({ length: 14 }, (_, index) => index);
    const { parts } = await put(new Blob([new Uint8Array(bytes)]));
    expect(parts).toEqual([bytes.slice(0, 5), bytes.slice(5, 10), bytes.slice(10)]);
  });

  it("is refused, and cancelled, when it is a stream of too many parts", async () => {
    const stream = streamOf(...Array.from({ length: 20 }, () => [1, 2, 3, 4]));
    await expect(put(stream.body)).rejects.toMatchObject({
      code: "NotSupported",
      field: "partSize",
      message: /more than 3 parts of 4 bytes/,
    });
    expect(stream.isCancelled).toBe(true);
  });

  it("is cancelled when its upload fails, and the other parts are aborted", async () => {
    const stream = streamOf(...Array.from({ length: 20 }, () => [1, 2, 3, 4]));
    const signals: (AbortSignal | undefined)[] = [];
    const putParts = putInParts(
      stream.body,
      call,
      { ...options, maxParts: 100 },
      () => Promise.reject(new Error("whole")),
      async (parts) => {
        signals.push(parts.call.signal);
        await parts.sendAll(2, () => Promise.reject(new Error("refused")));
        return { etag: undefined };
      },
    );
    await expect(putParts).rejects.toThrow("refused");
    expect(signals[0]?.aborted).toBe(true);
    expect(stream.isCancelled).toBe(true);
  });
});
