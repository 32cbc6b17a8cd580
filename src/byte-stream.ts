/**
 * Streams of bytes, read with as few buffers as possible: the garbage collector gives back the memory of many short-lived ones late,
 * and a Worker has 128 MB.
 */

/** What reads a stream chunk by chunk. */
export interface ChunkReader {
  /** Reads the next chunk, whose bytes may be overwritten by the next call. */
  readonly read: () => Promise<ReadableStreamReadResult<Uint8Array>>;
  readonly cancel: (reason?: unknown) => Promise<void>;
}

/** The size of the buffer that a stream fills, in bytes. */
const bufferSize = 128 * 1024;

/** For the streams that `watched` has made: reads their source, and not through them. */
const sources = new WeakMap<ReadableStream, () => ChunkReader>();

/** Locks a stream and reads it: into one buffer, if it is a stream that can fill it, as bodies of requests and files are. */
export function chunkReader(stream: ReadableStream<Uint8Array>): ChunkReader {
  const source = sources.get(stream);
  const reader = source ? undefined : fillingReader(stream);
  if (reader === undefined) {
    const plain = stream.getReader();
    return source?.() ?? plain;
  }
  let buffer = new Uint8Array(bufferSize);
  return {
    read: async () => {
      const result = await reader.read(buffer);
      if (result.value !== undefined) buffer = new Uint8Array(result.value.buffer);
      return result;
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

/** The same stream, which shows each chunk before it hands it on. The chunk may change once `see` has resolved. */
export function watched(stream: ReadableStream<Uint8Array>, see: (chunk: Uint8Array) => Promise<void>): ReadableStream<Uint8Array> {
  const watching = (reader: ChunkReader): ChunkReader => ({
    read: async () => {
      const result = await reader.read();
      if (!result.done) await see(result.value);
      return result;
    },
    cancel: (reason) => reader.cancel(reason),
  });
  // What goes through the queue of a stream needs a buffer of its own.
  let plain: ChunkReader | undefined;
  const result = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        plain ??= watching(stream.getReader());
        const { done, value } = await plain.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => (plain ?? stream).cancel(reason),
    },
    { highWaterMark: 0 },
  );
  sources.set(result, () => watching(chunkReader(stream)));
  return result;
}

/** A reader that hands its buffers to the stream to fill. Undefined if the stream, or the runtime, has no such thing. */
function fillingReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
