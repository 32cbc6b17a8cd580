import { isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { textBody } from "../client/body.ts";
import { deleteEach } from "../client/delete.ts";
import { errorOf } from "../client/failure.ts";
import { inParallel } from "../client/parallel.ts";
import { elements, textOf } from "../client/xml.ts";
import type { S3Client } from "./client.ts";
import { meanings } from "./error-codes.ts";
import { md5 } from "./md5.ts";
import { escapeXml } from "./xml.ts";

/** What one request deletes at most. */
const batchSize = 1000;

/** What XML 1.0 cannot carry, not even as a reference. */
const notInXml = /[\ufffe\uffff]/;

/**
 * Deletes objects, a thousand in a request. A server that knows no such request, and a key that XML cannot carry, have
 * one request for each.
 */
export async function deleteAll(client: S3Client, call: Call, keys: readonly string[]): Promise<void> {
  const { concurrency = 4 } = client.transport;
  const single = (some: readonly string[]): Promise<void> =>
    deleteEach(
      client,
      some.map((key) => ({ ...call, key })),
      concurrency,
    );
  const together = keys.filter((key) => !notInXml.test(key));
  if (together.length < 2) return single(keys);
  const batches: string[][] = [];
  for (let start = 0; start < together.length; start += batchSize) batches.push(together.slice(start, start + batchSize));
  await inParallel(batches, concurrency, async (batch) => {
    try {
      await deleteBatch(client, { ...call, key: batch[0] ?? "" }, batch);
    } catch (error) {
      if (!isEdgewaterError(error, "NotSupported")) throw error;
      await single(batch);
    }
  });
  await single(keys.filter((key) => notInXml.test(key)));
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
    if (code !== "NoSuchKey") throw errorOf(status, code, { ...call, key: textOf(failed, "Key") ?? call.key }, meanings);
  }
}
