import { toBase64 } from "../../encoding/base64.ts";
import { isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { textBody } from "../client/answer.ts";
import { errorOf } from "../client/error-codes.ts";
import { deleteEach } from "../client/objects.ts";
import { inParallel } from "../client/parallel.ts";
import { elements, escapeXml, textOf } from "../client/xml.ts";
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

/** Deletes up to a thousand objects (Amazon S3 API Reference, DeleteObjects, which requires a checksum of the body). */
async function deleteBatch(client: S3Client, call: Call, keys: readonly string[]): Promise<void> {
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join("");
  const body = new TextEncoder().encode(`<Delete><Quiet>true</Quiet>${objects}</Delete>`);
  const checksum = toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));
  const headers = { "x-amz-checksum-sha256": checksum, "content-type": "application/xml" };
  const response = await client.request(call, { method: "POST", path: "?delete=", headers, body });
  const answer = await textBody(call, response, client.options);
  for (const failed of elements(answer, "Error")) {
    const code = textOf(failed, "Code");
    const status = code === "AccessDenied" ? 403 : 500;
    if (code !== "NoSuchKey") throw errorOf(status, code, { ...call, key: textOf(failed, "Key") ?? call.key }, s3Errors);
  }
}
