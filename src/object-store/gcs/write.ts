import { encodeSegment } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import { etagIn } from "../client/answer/answer.ts";
import { pathOf } from "../client/bucket-client.ts";
import type { Failure } from "../client/error-codes.ts";
import type { HTTPRequest } from "../client/exchange.ts";
import { attemptWrite, type Verdict, verdictByStatus, writeObjectOnce } from "../conditional-write/attempt.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import type { PutMode, PutResult } from "../types.ts";
import type { GCSClient } from "./client.ts";

/** Writes a body of known length under a condition, in one request. */
export function putConditionally(
  client: GCSClient,
  call: Call,
  body: Uint8Array<ArrayBuffer> | Blob,
  mode: PutMode,
  attributes: Record<string, string>,
): Promise<PutResult> {
  return writeObjectOnce(client, call, mode, attributes, (headers) => {
    const request = { method: "PUT", path: pathOf(call.key), headers: { ...headers, ...writeConditionHeader(mode) }, body } as const;
    return attemptRequest(client, call, () => client.sign(call, request));
  });
}

/** Sends a write once. */
export function attemptRequest(client: GCSClient, call: Call, make: () => Promise<HTTPRequest>): Promise<Attempt> {
  return attemptWrite(client, call, { make, verdictOf });
}

/**
 * What a failed answer means.
 *
 * | answer | verdict |
 * |-|-|
 * | 412, and 404 `NoSuchKey` for an object to be replaced | `refused` |
 * | 308, 409, 429, and 503 with Google's own code | `busy` |
 * | any other | by its status |
 */
function verdictOf(failure: Failure): Verdict {
  const { status, code } = failure;
  if (status === 412 || code === "NoSuchKey") return "refused";
  // The server kept only part of the last chunk of an upload.
  if (status === 308) return "busy";
  if (status === 409 || status === 429 || (status === 503 && code !== undefined)) return "busy";
  return verdictByStatus(failure);
}

/** The header of a write's condition: a generation, or 0 for no object (Google, "Request preconditions"). */
export function writeConditionHeader(mode: PutMode): Record<string, string> {
  if (mode === "overwrite") return {};
  return generationHeader(mode === "create" ? "0" : mode.ifMatch);
}

/** The header that expects this generation; none without one. */
export function generationHeader(generation: string | undefined): Record<string, string> {
  return generation === undefined ? {} : { "x-goog-if-generation-match": generation };
}

/** Has the server copy an object with all that it knows of it. Its answer may be empty, or one whole document. */
export async function copyByServer(client: GCSClient, call: Call, to: string): Promise<PutResult> {
  const headers = { "x-goog-copy-source": `/${encodeSegment(client.options.bucket)}${pathOf(call.key)}` };
  const request = { method: "PUT", path: pathOf(to), headers, body: new Uint8Array() } as const;
  const response = await client.emptyOrDocument(call, request, { root: "CopyObjectResult", isSlow: true });
  return { etag: etagIn(call, response, client.metadata) };
}
