import { EdgewaterError } from "../../errors.ts";
import type { RetryPolicy } from "../../retry.ts";
import type { Call } from "../call.ts";
import { inParallel } from "../client/parallel.ts";
import type { R2UploadBinding, R2UploadedPart } from "./binding.ts";
import { perform } from "./errors.ts";

const mostParts = 10_000;

/** Sends the parts of an upload, several at once; calls `stop` with the first that fails. */
export async function uploadParts(
  upload: R2UploadBinding,
  parts: AsyncIterable<Uint8Array<ArrayBuffer>>,
  call: Call,
  { concurrency, retry, stop }: { readonly concurrency: number; readonly retry: RetryPolicy | undefined; readonly stop: () => void },
): Promise<R2UploadedPart[]> {
  const sent: R2UploadedPart[] = [];
  let count = 0;
  const numbered = (async function* () {
    for await (const part of parts) yield { number: ++count, part };
  })();
  const send = async ({ number, part }: { number: number; part: Uint8Array<ArrayBuffer> }): Promise<void> => {
    if (number > mostParts) {
      const { store, key } = call;
      const message = `The stream for ${JSON.stringify(key)} is longer than ${mostParts} parts; make partSize larger`;
      throw new EdgewaterError("NotSupported", message, { store, key });
    }
    sent[number - 1] = await perform(call, retry, () => upload.uploadPart(number, part));
  };
  await inParallel(numbered, concurrency, send, stop);
  return sent;
}
