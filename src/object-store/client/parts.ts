import { chunksOf } from "../body.ts";
import type { Call } from "../call.ts";

/**
 * A body in parts of one size, only the last may be smaller: slices of a Blob, buffers filled from a stream. An empty
 * body has one empty part. No more than one part is held here.
 *
 * @param free buffers of this size that may be filled again
 * @throws `Aborted`, `Unavailable` with what the stream failed of
 */
export async function* partsOf(
  body: Blob | ReadableStream<Uint8Array>,
  size: number,
  call: Call,
  free: Uint8Array<ArrayBuffer>[] = [],
): AsyncGenerator<Blob | Uint8Array<ArrayBuffer>, void, void> {
  if (body instanceof Blob) {
    for (let start = 0; start === 0 || start < body.size; start += size) yield body.slice(start, start + size);
    return;
  }
  const fresh = (): Uint8Array<ArrayBuffer> => free.pop() ?? new Uint8Array(size);
  let part = fresh();
  let filled = 0;
  let isFirst = true;
  for await (let chunk of chunksOf(body, call)) {
    while (chunk.byteLength > 0) {
      if (filled === size) {
        yield part;
        isFirst = false;
        part = fresh();
        filled = 0;
      }
      const piece = chunk.subarray(0, size - filled);
      part.set(piece, filled);
      filled += piece.byteLength;
      chunk = chunk.subarray(piece.byteLength);
    }
  }
  if (filled > 0 || isFirst) yield part.subarray(0, filled);
}
