import { encodeSegment } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import { unexpected } from "../client/answer/answer.ts";
import { etagAt } from "../client/answer/xml.ts";
import { lineageHeader } from "../client/attributes.ts";
import { type BucketRequest, pathOf } from "../client/bucket-client.ts";
import type { Failure } from "../client/error-codes.ts";
import { attemptWrite, readState, type Verdict, verdictByStatus, writeObjectOnce, writtenObject } from "../conditional-write/attempt.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import type { PutMode, PutResult } from "../types.ts";
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
    const request = { method: "PUT", path: pathOf(call.key), headers: { ...headers, ...conditionHeader(mode, isQuoted) }, body } as const;
    return attemptRequest(client, call, request, async (response) => {
      const result = writtenObject(client, call, response);
      if (typeof mode !== "string" && result.outcome === "written") client.sendsQuotedEtags = isQuoted;
      return result;
    });
  };
  return writeObjectOnce(client, call, mode, attributes, async (headers) => {
    const isQuoted = client.sendsQuotedEtags ?? true;
    const result = await attempt(headers, isQuoted);
    if (result.outcome !== "refused" || typeof mode === "string" || client.sendsQuotedEtags !== undefined) return result;
    // The server refuses although the object has the expected etag: it may understand the other form.
    const state = await readState(client, call).catch(() => undefined);
    const isUnchanged = state?.etag === mode.ifMatch && state.lineage !== headers[lineageHeader(client.metadata)];
    return isUnchanged ? attempt(headers, !isQuoted) : result;
  });
}

/** The header of a condition. */
export function conditionHeader(mode: PutMode, isQuoted: boolean): Record<string, string> {
  if (mode === "overwrite") return {};
  if (mode === "create") return { "if-none-match": "*" };
  return { "if-match": isQuoted ? mode.ifMatch : mode.ifMatch.replaceAll('"', "") };
}

/** Sends a write once. `written` reads an answer of success. */
export function attemptRequest(
  client: S3Client,
  call: Call,
  request: BucketRequest,
  written: (response: Response) => Promise<Attempt>,
): Promise<Attempt> {
  return attemptWrite(client, call, { make: () => client.sign(call, request), verdictOf, written });
}

/**
 * What a failed answer means.
 *
 * | answer | verdict |
 * |-|-|
 * | 412, and 404 `NoSuchKey` for an object to be replaced | `refused` |
 * | 409 (another write was in progress), 429 and 503 with S3's own code, 400 `RequestTimeout` | `busy` |
 * | 404 `NoSuchUpload`: the upload was completed before, or given up | `unclear` |
 * | any other | by its status |
 */
function verdictOf(failure: Failure): Verdict {
  const { status, code } = failure;
  if (status === 412 || code === "NoSuchKey") return "refused";
  const isThrottled = (status === 429 || status === 503) && code !== undefined;
  if (status === 409 || isThrottled || code === "RequestTimeout") return "busy";
  return code === "NoSuchUpload" ? "unclear" : verdictByStatus(failure);
}

/** Has the server copy an object with all that it knows of it. */
export async function copyByServer(client: S3Client, call: Call, to: string): Promise<PutResult> {
  const headers = { "x-amz-copy-source": `/${encodeSegment(client.options.bucket)}${pathOf(call.key)}` };
  const request = { method: "PUT", path: pathOf(to), headers } as const;
  const etag = etagAt(await client.document(call, request, { root: "CopyObjectResult", isSlow: true }), "ETag");
  if (etag === undefined) throw unexpected(call, "a copy without an etag");
  return { etag };
}
