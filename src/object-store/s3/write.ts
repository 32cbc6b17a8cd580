import { encodeSegment } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import { etagIn, textBody } from "../client/answer.ts";
import { lineageHeader } from "../client/attributes.ts";
import { type BucketRequest, pathOf } from "../client/bucket-client.ts";
import { errorOf, type Failure } from "../client/error-codes.ts";
import { etagOf, textOf } from "../client/xml.ts";
import { attemptWrite, readState, type Verdict, verdictByStatus, writeObjectOnce } from "../conditional-write/attempt.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import type { PutMode, PutResult } from "../types.ts";
import { type S3Client, s3Errors } from "./client.ts";

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
      if (typeof mode !== "string") client.sendsQuotedEtags = isQuoted;
      return { outcome: "written", etag: etagIn(call, response, client.metadata) };
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
  const response = await client.request(call, { method: "PUT", path: pathOf(to), headers });
  const answer = await textBody(call, response, client.options);
  const etag = etagOf(answer, "ETag");
  // An error may arrive with status 200 (Amazon S3 API Reference, CopyObject).
  if (etag === undefined) throw errorOf(500, textOf(answer, "Code"), call, s3Errors);
  return { etag };
}
