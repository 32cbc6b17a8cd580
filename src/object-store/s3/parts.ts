import type { Call } from "../call.ts";
import { noncesHeader } from "../client/attributes.ts";
import { partsOf } from "../client/parts.ts";
import { lookAt, writeOnceIn } from "../conditional-write/conditional.ts";
import type { PutMode, PutResult } from "../types.ts";
import type { S3Client } from "./client.ts";
import { conditionOf, expectedOf } from "./conditional.ts";
import { type Part, Upload } from "./upload.ts";

/** S3 takes no smaller part than this, except for the last. */
const smallestPart = 5 * 2 ** 20;

const mostParts = 10_000;

/**
 * Writes a body of unknown length: as a whole when it fits into one part, otherwise in parts of equal size. S3 takes no
 * condition with those everywhere, so it is checked just before they are published; a write that comes in between is
 * replaced. When it fails nothing is left behind.
 */
export async function putParts(
  client: S3Client,
  call: Call,
  body: Blob | ReadableStream<Uint8Array>,
  mode: PutMode,
  attributes: Record<string, string>,
  putWhole: (part: Part) => Promise<PutResult>,
): Promise<PutResult> {
  const { partSize = smallestPart, concurrency = 2, endpoint } = client.transport;
  const size = body instanceof Blob ? Math.max(partSize, Math.ceil(body.size / mostParts)) : partSize;
  const stop = new AbortController();
  const inner = { ...call, signal: call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal };
  // A buffer that was sent is filled again: what is thrown away is not given back at once.
  const free: Uint8Array<ArrayBuffer>[] = [];
  const release = (part: Part): void => void (part instanceof Blob || free.push(new Uint8Array(part.buffer)));
  const parts = partsOf(body, size, inner, free);
  const first = await parts.next();
  const second = await parts.next();
  if (first.done || second.done) return putWhole(first.value ?? new Blob());
  const all = (async function* () {
    yield* [first.value, second.value];
    yield* parts;
  })();
  let upload: Upload | undefined;
  try {
    return await writeOnceIn(client, call, mode, attributes, async (headers) => {
      if (upload === undefined) {
        upload = await Upload.begin(client, inner, headers);
        await upload.send(all, concurrency, release, () => stop.abort());
      }
      if (mode !== "overwrite" && (await lookAt(client, call))?.etag !== expectedOf(mode)) return { outcome: "refused" };
      // AWS takes the condition here too; what other servers make of it is not known.
      const attempt = await upload.complete(endpoint === undefined ? conditionOf(mode, true) : {});
      if (attempt.outcome !== "written" || attempt.etag !== undefined) return attempt;
      const seen = await lookAt(client, call);
      return { outcome: "written", etag: seen?.nonces === headers[noncesHeader(client.metadata)] ? seen?.etag : undefined };
    });
  } catch (error) {
    await parts.return();
    await upload?.abort();
    throw error;
  }
}
