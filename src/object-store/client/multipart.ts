import { chunksOf } from "../body.ts";
import { type Call, failed } from "../call.ts";
import type { PutResult } from "../types.ts";
import { inParallel } from "./parallel.ts";

/** One part of a body. */
export type Part = Blob | Uint8Array<ArrayBuffer>;

/** How a body is split. */
export interface PartOptions {
  /** Size of every part but the last, in bytes. */
  readonly partSize: number;
  /** The most parts that an upload may have. The parts of a Blob grow as needed to keep to it. */
  readonly maxParts: number;
  /** Name of the option that sets the size, for the error about too many parts. */
  readonly sizeOption: string;
}

/** A body of at least two parts. */
export interface Parts<Each extends Part = Part> {
  /** The call of the upload. Its signal is also aborted when a part fails. */
  readonly call: Call;
  /** The parts in order. They can be read once, here or by `sendAll`. */
  readonly each: AsyncIterable<Each>;
  /**
   * Sends every part, at most `concurrency` at a time. The first failure aborts the others. The bytes of a part may be
   * overwritten once `send` has resolved.
   *
   * @param send sends one part; parts are numbered from 1
   */
  readonly sendAll: (concurrency: number, send: (part: Each, number: number) => Promise<void>) => Promise<void>;
}

/**
 * Puts a body of unknown length: as a whole when it fits into one part, otherwise in parts of equal size. Holds the parts
 * being sent and the next one, and nothing more. A body that is not read to its end is cancelled.
 *
 * @param putWhole puts a body that fits into one part
 * @param putParts uploads the parts; called once
 * @throws `Aborted`; `Unavailable` when the stream fails; `NotSupported` for a stream of too many parts
 */
export function putInParts(
  body: ReadableStream<Uint8Array>,
  call: Call,
  options: PartOptions,
  putWhole: (body: Uint8Array<ArrayBuffer>) => Promise<PutResult>,
  putParts: (parts: Parts<Uint8Array<ArrayBuffer>>) => Promise<PutResult>,
): Promise<PutResult>;
export function putInParts(
  body: Blob | ReadableStream<Uint8Array>,
  call: Call,
  options: PartOptions,
  putWhole: (body: Part) => Promise<PutResult>,
  putParts: (parts: Parts) => Promise<PutResult>,
): Promise<PutResult>;
export async function putInParts(
  body: Blob | ReadableStream<Uint8Array>,
  call: Call,
  { partSize, maxParts, sizeOption }: PartOptions,
  putWhole: (body: Uint8Array<ArrayBuffer>) => Promise<PutResult>,
  putParts: (parts: Parts<Uint8Array<ArrayBuffer>>) => Promise<PutResult>,
): Promise<PutResult> {
  const size = body instanceof Blob ? Math.max(partSize, Math.ceil(body.size / maxParts)) : partSize;
  const stop = new AbortController();
  const inner = { ...call, signal: call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal };
  // Buffers are used again: the garbage collector gives their memory back too late.
  const free: Uint8Array<ArrayBuffer>[] = [];
  // The overloads hold what the parts are: bytes for a stream.
  const parts = partsOf(body, size, inner, free) as AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
  const first = await parts.next();
  const second = await parts.next();
  if (first.done || second.done) return putWhole(first.value ?? new Uint8Array());
  const each = (async function* () {
    yield* [first.value, second.value];
    yield* parts;
  })();
  try {
    return await putParts({
      call: inner,
      each,
      sendAll: (concurrency, send) => {
        const sendOne = async ({ part, number }: NumberedPart): Promise<void> => {
          if (number > maxParts) {
            const reason = `the stream has more than ${maxParts} parts of ${size} bytes; set a larger ${sizeOption}`;
            throw failed(call, "NotSupported", reason, { field: sizeOption });
          }
          await send(part, number);
          if (!(part instanceof Blob)) free.push(new Uint8Array(part.buffer));
        };
        return inParallel(numbered(each), concurrency, sendOne, () => stop.abort());
      },
    });
  } catch (error) {
    await parts.return();
    throw error;
  }
}

interface NumberedPart {
  readonly part: Uint8Array<ArrayBuffer>;
  readonly number: number;
}

async function* numbered(parts: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<NumberedPart, void, void> {
  let number = 0;
  for await (const part of parts) yield { part, number: ++number };
}

/** The size of the buffer that a stream fills first, in bytes: most streams are much shorter than a part. */
const firstBuffer = 256 * 1024;

/**
 * A body in parts of one size, of which the last may be smaller: slices of a Blob, or buffers filled from a stream. An empty
 * body is one empty part. Holds one part.
 *
 * @param free buffers of this size to fill instead of new ones
 * @throws `Aborted`; `Unavailable` when the stream fails
 */
async function* partsOf(
  body: Blob | ReadableStream<Uint8Array>,
  size: number,
  call: Call,
  free: Uint8Array<ArrayBuffer>[] = [],
): AsyncGenerator<Part, void, void> {
  if (body instanceof Blob) {
    for (let start = 0; start === 0 || start < body.size; start += size) yield body.slice(start, start + size);
    return;
  }
  const emptyBuffer = (): Uint8Array<ArrayBuffer> => free.pop() ?? new Uint8Array(size);
  let part = new Uint8Array(Math.min(firstBuffer, size));
  let filled = 0;
  let isFirst = true;
  for await (let chunk of chunksOf(body, call)) {
    while (chunk.byteLength > 0) {
      if (filled === size) {
        yield part;
        isFirst = false;
        part = emptyBuffer();
        filled = 0;
      }
      if (filled === part.byteLength) part = copied(part, emptyBuffer());
      const piece = chunk.subarray(0, part.byteLength - filled);
      part.set(piece, filled);
      filled += piece.byteLength;
      chunk = chunk.subarray(piece.byteLength);
    }
  }
  if (filled > 0 || isFirst) yield part.subarray(0, filled);
}

/** Copies bytes to the start of a larger buffer. */
function copied(bytes: Uint8Array, larger: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  larger.set(bytes);
  return larger;
}
