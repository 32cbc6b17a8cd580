import { toBase64 } from "../../encoding/base64.ts";
import { type EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { retrying } from "../../retry.ts";
import type { Call } from "../call.ts";
import { unexpected } from "../client/answer/answer.ts";
import { statusOfCode } from "../client/answer/document.ts";
import { childrenOf, escapeXml, textAt } from "../client/answer/xml.ts";
import { errorOf } from "../client/error-codes.ts";
import { deleteEach } from "../client/objects.ts";
import { inParallel } from "../client/parallel.ts";
import { type S3Client, s3Errors } from "./client.ts";

/** The most keys that one request deletes. */
const batchSize = 1000;

/** Characters that XML 1.0 cannot carry, not even as references. */
const notInXml = /[\ufffe\uffff]/;

/**
 * Deletes objects, a thousand per request. Keys that XML cannot carry, and all keys on a server that does not take such
 * requests as they are sent here, are deleted with one request each.
 */
export async function deleteAll(client: S3Client, call: Call, keys: readonly string[]): Promise<void> {
  const { concurrency = 4 } = client.options;
  const deleteSingly = (some: readonly string[]): Promise<void> =>
    deleteEach(
      client,
      some.map((key) => ({ ...call, key })),
      concurrency,
    );
  const inBatches = keys.filter((key) => !notInXml.test(key));
  if (inBatches.length < 2) return deleteSingly(keys);
  const batches: string[][] = [];
  for (let start = 0; start < inBatches.length; start += batchSize) batches.push(inBatches.slice(start, start + batchSize));
  await inParallel(batches, concurrency, async (batch) => {
    try {
      await deleteBatch(client, { ...call, key: batch[0] ?? "" }, batch);
    } catch (error) {
      if (!isEdgewaterError(error, "NotSupported")) throw error;
      await deleteSingly(batch);
    }
  });
  await deleteSingly(keys.filter((key) => notInXml.test(key)));
}

/** Bytes of the longest answer: an error for every key, each with a key of 1,024 bytes in its longest form. */
const maxAnswerBytes = batchSize * 8192;

/**
 * Deletes up to a thousand objects (Amazon S3 API Reference, DeleteObjects, which requires a checksum of the body). Keys that
 * the server was too busy for are sent again, like a request that is answered with 503.
 */
async function deleteBatch(client: S3Client, call: Call, keys: readonly string[]): Promise<void> {
  const waitForRetry = retrying(client.options.retry, call);
  let rest: readonly string[] = keys;
  while (true) {
    const errors = await tryDeleteBatch(client, call, rest);
    const final = errors.find(({ error }) => error.code !== "Unavailable");
    if (final) throw final.error;
    const [first] = errors;
    if (first === undefined) return;
    if (!(await waitForRetry(first.error))) throw first.error;
    rest = errors.map(({ key }) => key);
  }
}

/** Sends one batch. Returns the keys that were not deleted. */
async function tryDeleteBatch(client: S3Client, call: Call, keys: readonly string[]): Promise<{ key: string; error: EdgewaterError }[]> {
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join("");
  const body = new TextEncoder().encode(`<Delete><Quiet>true</Quiet>${objects}</Delete>`);
  const checksum = toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));
  const headers = { "x-amz-checksum-sha256": checksum, "content-type": "application/xml" };
  const request = { method: "POST", path: "?delete=", headers, body } as const;
  const answer = await client.document(call, request, { root: "DeleteResult", maxBytes: maxAnswerBytes });
  const sent = new Set(keys);
  return childrenOf(answer, "Error").flatMap((element) => {
    const code = textAt(element, "Code");
    const key = textAt(element, "Key") ?? keys[0] ?? "";
    if (!sent.has(key)) throw unexpected(call, "an error about a key that was not to be deleted");
    return code === "NoSuchKey" ? [] : [{ key, error: errorOf(statusOfCode(code), code, { ...call, key }, s3Errors) }];
  });
}
