import type { Call } from "../call.ts";
import { noncesHeader } from "../client/attributes.ts";
import { pathOf } from "../client/cloud.ts";
import { etagIn } from "../client/meta.ts";
import { lookAt, writeOnceIn } from "../conditional-write/conditional.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import type { PutMode, PutResult } from "../types.ts";
import { attemptAt } from "./attempt.ts";
import type { S3Client } from "./client.ts";

/** Writes a body of known length under a condition, in one request. */
export async function putConditionally(
  client: S3Client,
  call: Call,
  body: Uint8Array<ArrayBuffer> | Blob,
  mode: PutMode,
  attributes: Record<string, string>,
): Promise<PutResult> {
  const attempt = (headers: Record<string, string>, isQuoted: boolean): Promise<Attempt> => {
    const request = { method: "PUT", path: pathOf(call.key), headers: { ...headers, ...conditionOf(mode, isQuoted) }, body } as const;
    return attemptAt(client, call, request, async (response): Promise<Attempt> => {
      if (typeof mode !== "string") client.isQuoted = isQuoted;
      return { outcome: "written", etag: etagIn(call, response, client.metadata) };
    });
  };
  return writeOnceIn(client, call, mode, attributes, async (headers) => {
    const isQuoted = client.isQuoted ?? true;
    const result = await attempt(headers, isQuoted);
    if (result.outcome !== "refused" || typeof mode === "string" || client.isQuoted !== undefined) return result;
    // A refusal although the etag is the one that is expected: the other form may be understood.
    const seen = await lookAt(client, call).catch(() => undefined);
    const isThere = seen?.etag === mode.ifMatch && seen.nonces !== headers[noncesHeader(client.metadata)];
    return isThere ? attempt(headers, !isQuoted) : result;
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
