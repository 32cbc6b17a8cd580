import { isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { etagIn } from "../client/answer/answer.ts";
import { lineageHeader, metadataCountIn } from "../client/attributes.ts";
import { type BucketClient, pathOf } from "../client/bucket-client.ts";
import type { Failure } from "../client/error-codes.ts";
import { exchange, type HTTPRequest, isUnsent } from "../client/exchange.ts";
import { isMissingObject } from "../client/objects.ts";
import { isTransient, retryAfterMs } from "../client/send-with-retry.ts";
import type { PutMode, PutResult } from "../types.ts";
import { type Attempt, type ObjectState, writeExactlyOnce } from "./conditional-write.ts";

/**
 * What a failed answer means for a write.
 *
 * | verdict | meaning |
 * |-|-|
 * | `refused` | the condition does not hold |
 * | `busy` | nothing happened; the same request may succeed later |
 * | `unclear` | the write may have happened |
 * | `pending` | the write may have happened, or may still happen later |
 * | `failed` | nothing happened; the error is final |
 */
export type Verdict = "refused" | "busy" | "unclear" | "pending" | "failed";

/** The verdict of the status alone. A gateway answers for a server behind it that may still be at work. */
export function verdictByStatus({ status }: Failure): Verdict {
  if (status === 502 || status === 504) return "pending";
  return isTransient({ status }) ? "unclear" : "failed";
}

/** How one attempt is made and its answer is read. */
export interface AttemptRules {
  /** Makes the request; called again after a correction. */
  readonly make: () => Promise<HTTPRequest>;
  readonly verdictOf: (failure: Failure) => Verdict;
  /** Reads an answer of success; takes its etag unless given. */
  readonly written?: (response: Response) => Promise<Attempt>;
}

/**
 * Sends a write once. Without an answer, the write may have happened or may still happen.
 *
 * @throws `Aborted`; the error of an answer with the verdict `failed`
 */
export async function attemptWrite(client: BucketClient, call: Call, { make, verdictOf, written }: AttemptRules): Promise<Attempt> {
  return client.corrected(async (): Promise<Attempt | Failure> => {
    const request = await make();
    let response: Response;
    try {
      response = await exchange(call, request, client.options);
    } catch (error) {
      if (!isEdgewaterError(error, "Unavailable")) throw error;
      return isUnsent(error) ? { outcome: "busy", error } : { outcome: "unclear", error, mayFollow: true };
    }
    if (response.ok) return written ? written(response) : writtenObject(client, call, response);
    const failure = await client.failureOf(call, response);
    const { error } = failure;
    const wait = { retryAfterMs: retryAfterMs(response) };
    const verdict = verdictOf(failure);
    if (verdict === "failed") return failure;
    if (verdict === "refused") return { outcome: "refused" };
    return verdict === "busy"
      ? { outcome: "busy", error, ...wait }
      : { outcome: "unclear", error, mayFollow: verdict === "pending", ...wait };
  });
}

/**
 * Reads an answer that reports a written object. One without an etag may not come from the service, so it leaves open whether
 * the write happened.
 *
 * @throws `NotSupported` when a browser hides the etag
 */
export function writtenObject({ metadata }: BucketClient, call: Call, response: Response): Attempt {
  void response.body?.cancel().catch(() => undefined);
  try {
    return { outcome: "written", etag: etagIn(call, response, metadata) };
  } catch (error) {
    if (!isEdgewaterError(error, "Unavailable")) throw error;
    return { outcome: "unclear", error, mayFollow: false };
  }
}

/**
 * Writes an object exactly once.
 *
 * @param attributes headers of the object's attributes
 * @param attempt tries once to write, with headers for the attributes and the lineage
 */
export function writeObjectOnce(
  client: BucketClient,
  call: Call,
  mode: PutMode,
  attributes: Record<string, string>,
  attempt: (headers: Record<string, string>) => Promise<Attempt>,
): Promise<PutResult> {
  const { metadata, lineages, options } = client;
  return writeExactlyOnce({
    call,
    mode,
    lineages,
    metadataCount: metadataCountIn(attributes[lineageHeader(metadata)]),
    retry: options.retry,
    readState: () => readState(client, call),
    attempt: (lineage) => attempt({ ...attributes, [lineageHeader(metadata)]: lineage }),
  });
}

/** Reads what is under a key; undefined for nothing. */
export async function readState({ request, metadata, isDated }: BucketClient, call: Call): Promise<ObjectState | undefined> {
  let response: Response;
  try {
    response = await request(call, { method: "HEAD", path: pathOf(call.key) });
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
  const { headers, type } = response;
  const name = lineageHeader(metadata);
  const lineage = headers.get(name);
  const etag = etagIn(call, response, metadata);
  const ageMs = Date.parse(headers.get("date") ?? "") - Date.parse(headers.get("last-modified") ?? "");
  return {
    etag,
    lineage,
    ageMs: Number.isNaN(ageMs) || isDated?.(etag) === false ? undefined : ageMs,
    hiddenHeader: lineage === null && type === "cors" ? name : undefined,
  };
}
