import type { Call } from "../call.ts";
import { countIn, noncesHeader } from "../transport/attributes.ts";
import { type Attempt, writeOnce } from "../transport/fate.ts";
import { needed } from "../transport/meta.ts";
import type { PutMode, PutResult } from "../types.ts";
import { attemptAt } from "./attempt.ts";
import { metadataHeaders, pathOf, type S3Bucket } from "./bucket.ts";
import { lookAt } from "./look.ts";

/** Writes a body of known length under a condition, in one request. */
export async function putConditionally(
  bucket: S3Bucket,
  call: Call,
  body: Uint8Array<ArrayBuffer> | Blob,
  mode: PutMode,
  attributes: Record<string, string>,
): Promise<PutResult> {
  const { client, histories } = bucket;
  let isQuoted = bucket.isQuoted ?? true;
  let isRefused = false;
  return writeOnce({
    call,
    mode,
    histories,
    entries: countIn(attributes[noncesHeader(metadataHeaders)]),
    retry: client.transport.retry,
    look: async () => {
      const seen = await lookAt(bucket, call);
      // A refusal although the etag is the one that is expected: the other form may be understood.
      if (isRefused && bucket.isQuoted === undefined && seen?.etag === expectedOf(mode)) isQuoted = !isQuoted;
      return seen;
    },
    attempt: async (nonces) => {
      const headers = { ...attributes, ...conditionOf(mode, isQuoted), [noncesHeader(metadataHeaders)]: nonces };
      const request = { method: "PUT", path: pathOf(call.key), headers, body } as const;
      const attempt = await attemptAt(client, call, request, async (response): Promise<Attempt> => {
        if (typeof mode !== "string") bucket.isQuoted = isQuoted;
        return { outcome: "written", etag: needed(call, response, "ETag") };
      });
      isRefused = attempt.outcome === "refused";
      return attempt;
    },
  });
}

/** The etag that a write expects to find, undefined for none. */
export function expectedOf(mode: PutMode): string | undefined {
  return typeof mode === "string" ? undefined : mode.ifMatch;
}

/** The header of a condition. */
export function conditionOf(mode: PutMode, isQuoted: boolean): Record<string, string> {
  if (mode === "overwrite") return {};
  if (mode === "create") return { "if-none-match": "*" };
  return { "if-match": isQuoted ? mode.ifMatch : mode.ifMatch.replaceAll('"', "") };
}
