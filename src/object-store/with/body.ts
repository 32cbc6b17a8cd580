import { decodeText } from "../body.ts";
import type { GetResult, ObjectMeta } from "../types.ts";

/** What a wrapper does while a body is read. */
export interface Watch {
  /** Before the first byte is asked for. */
  readonly onStart?: () => void;
  /** With what was read: whole chunks of a stream, or all bytes at once. What it throws ends the reading. */
  readonly onChunk?: (chunk: Uint8Array) => void;
  /** Once, when the body has been read, has failed or was cancelled. */
  readonly onEnd?: (error?: unknown) => void;
  /** What the reader gets in place of an error. */
  readonly toError?: (error: unknown) => unknown;
}

/** An opened object whose body is watched while it is read. */
export function watchedObject<Meta extends ObjectMeta>(opened: GetResult<Meta>, meta: Meta, watch: Watch): GetResult<Meta> {
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    watch.onStart?.();
    try {
      const all = await opened.bytes();
      watch.onChunk?.(all);
      watch.onEnd?.();
      return all;
    } catch (error) {
      const given = watch.toError ? watch.toError(error) : error;
      watch.onEnd?.(given);
      throw given;
    }
  };
  return { meta, bytes, text: async () => decodeText(await bytes()), stream: () => watchedStream(opened.stream(), watch) };
}

/** A stream that is watched while it is read. It is not read before somebody asks for it. */
export function watchedStream<Chunk extends Uint8Array>(
  stream: ReadableStream<Chunk>,
  { onStart, onChunk, onEnd, toError = (error) => error }: Watch,
): ReadableStream<Chunk> {
  let reader: ReadableStreamDefaultReader<Chunk> | undefined;
  const open = (): ReadableStreamDefaultReader<Chunk> => {
    if (reader === undefined) {
      reader = stream.getReader();
      onStart?.();
    }
    return reader;
  };
  const pull = async (controller: ReadableStreamDefaultController<Chunk>): Promise<void> => {
    try {
      const { done, value } = await open().read();
      if (done) {
        onEnd?.();
        return controller.close();
      }
      onChunk?.(value);
      controller.enqueue(value);
    } catch (error) {
      void reader?.cancel(error).catch(() => undefined);
      const given = toError(error);
      onEnd?.(given);
      throw given;
    }
  };
  const cancel = async (reason: unknown): Promise<void> => {
    onEnd?.();
    await (reader ?? stream).cancel(reason);
  };
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}
