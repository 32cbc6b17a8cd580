/** The body of an upload, which is never longer than allowed. */
import { Refusal } from "./refusal.ts";

export interface UploadBody {
  /** In bytes; undefined when the request does not say it. */
  readonly length: number | undefined;
  /** Fails once the body is longer than allowed. */
  readonly stream: ReadableStream<Uint8Array>;
  /** The refusal of a body that has turned out to be too long. */
  readonly refusal: () => Refusal | undefined;
}

/** @param most bytes. @throws a refusal of a body that says that it is longer */
export function bodyOf({ headers, body }: Request, most: number): UploadBody {
  const stream = body ?? new Blob([]).stream();
  const tooLong = new Refusal(413, `The upload is larger than ${most} bytes`);
  const given = headers.get("content-length") ?? "";
  // The platform reads no more of a body than its header says, so that nothing has to look at its bytes on their way.
  if (/^\d+$/.test(given)) {
    if (Number(given) > most) throw tooLong;
    return { length: Number(given), stream, refusal: () => undefined };
  }
  const { counted, count } = countedUpTo(most, stream);
  return { length: undefined, stream: counted, refusal: () => (count() > most ? tooLong : undefined) };
}

/** A stream that fails after so many bytes. One buffer carries them all: a write ends when its bytes have been read. */
function countedUpTo(most: number, stream: ReadableStream<Uint8Array>) {
  let count = 0;
  const { readable, writable } = new IdentityTransformStream();
  const reader = stream.getReader({ mode: "byob" });
  const writer = writable.getWriter();
  const pump = async (): Promise<void> => {
    let buffer = new Uint8Array(128 * 1024);
    for (;;) {
      // A body arrives in pieces of a few kilobytes.
      const { value } = await reader.readAtLeast(buffer.byteLength, buffer);
      if (value === undefined || value.byteLength === 0) return writer.close();
      count += value.byteLength;
      if (count > most) throw new Error("The upload is too long");
      await writer.write(value);
      buffer = new Uint8Array(value.buffer);
    }
  };
  pump().catch((error: unknown) => Promise.allSettled([writer.abort(error), reader.cancel(error)]));
  return { counted: readable, count: () => count };
}
