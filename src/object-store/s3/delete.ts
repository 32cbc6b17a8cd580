import { isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { textBody } from "../transport/body.ts";
import { inParallel } from "../transport/parallel.ts";
import { pathOf, type S3Bucket } from "./bucket.ts";
import type { S3Client } from "./client.ts";
import { errorOf } from "./errors.ts";
import { md5 } from "./md5.ts";
import { elements, escapeXml, textOf } from "./xml.ts";

/** What one request deletes at most. */
const batchSize = 1000;

/** What XML 1.0 cannot carry, not even as a reference. */
const notInXml = /[\ufffe\uffff]/;

/**
 * Deletes objects, a thousand in a request. A server that knows no such request, and a key that XML cannot carry, have
 * one request for each.
 */
export async function deleteAll({ client, options }: S3Bucket, call: Call, keys: readonly string[]): Promise<void> {
  const { concurrency = 4 } = options;
  const single = async (key: string): Promise<void> => deleteOne(client, { ...call, key });
  const together = keys.filter((key) => !notInXml.test(key));
  if (together.length < 2) return inParallel(keys, concurrency, single);
  const batches: string[][] = [];
  for (let start = 0; start < together.length; start += batchSize) batches.push(together.slice(start, start + batchSize));
  await inParallel(batches, concurrency, async (batch) => {
    try {
      await deleteBatch(client, { ...call, key: batch[0] ?? "" }, batch);
    } catch (error) {
      if (!isEdgewaterError(error, "NotSupported")) throw error;
      await inParallel(batch, concurrency, single);
    }
  });
  await inParallel(
    keys.filter((key) => notInXml.test(key)),
    concurrency,
    single,
  );
}

async function deleteOne(client: S3Client, call: Call): Promise<void> {
  try {
    await client.request(call, { method: "DELETE", path: pathOf(call.key) });
  } catch (error) {
    // Some servers miss what was to be gone; a missing bucket has no key.
    if (!isEdgewaterError(error, "NotFound") || error.key === undefined) throw error;
  }
}

async function deleteBatch(client: S3Client, call: Call, keys: readonly string[]): Promise<void> {
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join("");
  const body = new TextEncoder().encode(`<Delete><Quiet>true</Quiet>${objects}</Delete>`);
  const headers = { "content-md5": md5(body), "content-type": "application/xml" };
  const response = await client.request(call, { method: "POST", path: "?delete=", headers, body });
  const answer = await textBody(call, response);
  for (const failed of elements(answer, "Error")) {
    const code = textOf(failed, "Code");
    const status = code === "AccessDenied" ? 403 : 500;
    if (code !== "NoSuchKey") throw errorOf(status, code, { ...call, key: textOf(failed, "Key") ?? call.key });
  }
}
