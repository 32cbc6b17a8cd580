import { EdgewaterError } from "../../errors.ts";
import { chunksOf } from "../body.ts";
import type { Call } from "../call.ts";
import type { R2Object, R2UploadBinding, R2UploadedPart } from "./binding.ts";
import { perform } from "./errors.ts";

/** Bytes of every part but the last. R2 takes parts of 5 MiB to 5 GiB, all equal, and 10,000 of them. */
export const partSize: number = 8 * 1024 * 1024;

const mostParts = 10_000;

/** Uploads that run at once; each holds one part in memory. */
const atOnce = 3;

/** The stream cut into parts of one size; the last may be shorter. An empty stream has no part. */
export async function* equalParts(
  body: ReadableStream<Uint8Array>,
  size: number,
  call: Call,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let part = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of chunksOf(body, call)) {
    for (let taken = 0; taken < chunk.byteLength; ) {
      const piece = chunk.subarray(taken, taken + size - filled);
      part.set(piece, filled);
      taken += piece.byteLength;
      filled += piece.byteLength;
      if (filled < size) continue;
      yield part;
      part = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

/**
 * Uploads the parts and publishes them together. An upload that fails is aborted, so that nothing of it is left.
 *
 * @param check looks once more whether the object may be replaced, just before it is
 */
export async function uploadParts(
  upload: R2UploadBinding,
  first: Uint8Array<ArrayBuffer>,
  rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
  check: () => Promise<void>,
  call: Call,
): Promise<R2Object> {
  const sent: Promise<R2UploadedPart>[] = [];
  const send = async (part: Uint8Array<ArrayBuffer>): Promise<void> => {
    const number = sent.length + 1;
    if (number > mostParts) {
      const { store, key } = call;
      throw new EdgewaterError("NotSupported", `The stream for ${JSON.stringify(key)} is longer than 10,000 parts of 8 MiB`, {
        store,
        key,
      });
    }
    const sending = perform(call, () => upload.uploadPart(number, part));
    // One that fails is heard of when it is waited for.
    sending.catch(() => undefined);
    sent.push(sending);
    await sent.at(-atOnce);
  };
  try {
    await send(first);
    for await (const part of rest) await send(part);
    const parts = await Promise.all(sent);
    await check();
    return await perform(call, () => upload.complete(parts));
  } catch (error) {
    await upload.abort().catch(() => undefined);
    throw error;
  }
}
