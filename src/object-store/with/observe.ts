import { decodeText } from "../body.ts";
import type { GetResult, ObjectMeta } from "../types.ts";

/** Functions that a wrapper calls while a body is read. */
export interface BodyObserver {
  /** Called before the first byte is read. */
  readonly onStart?: () => void;
  /** Called with every chunk of a stream, or with all bytes at once. If it throws, the read fails. */
  readonly onChunk?: (chunk: Uint8Array) => void;
  /** Called once, after the body was read, failed or was cancelled. */
  readonly onEnd?: (error?: unknown) => void;
  /** Replaces an error for the reader. */
  readonly toError?: (error: unknown) => unknown;
}

/** Observes the body of an opened object. */
export function observedObject<Meta extends ObjectMeta>(opened: GetResult<Meta>, meta: Meta, observer: BodyObserver): GetResult<Meta> {
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    observer.onStart?.();
    try {
      const all = await opened.bytes();
      observer.onChunk?.(all);
      observer.onEnd?.();
      return all;
    } catch (error) {
      const replaced = observer.toError ? observer.toError(error) : error;
      observer.onEnd?.(replaced);
      throw replaced;
    }
  };
  return { meta, bytes, text: async () => decodeText(await bytes()), stream: () => observedStream(opened.stream(), observer) };
}

/** Observes a stream. Reads nothing before the consumer does. */
export function observedStream<Chunk extends Uint8Array>(
  stream: ReadableStream<Chunk>,
  { onStart, onChunk, onEnd, toError = (error) => error }: BodyObserver,
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
      const replaced = toError(error);
      onEnd?.(replaced);
      throw replaced;
    }
  };
  const cancel = async (reason: unknown): Promise<void> => {
    onEnd?.();
    await (reader ?? stream).cancel(reason);
  };
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}
