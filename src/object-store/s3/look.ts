import { isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { noncesHeader } from "../transport/attributes.ts";
import type { Seen } from "../transport/fate.ts";
import { needed } from "../transport/meta.ts";
import { headOf, metadataHeaders, type S3Bucket } from "./bucket.ts";

/** What is under a key that was written to; undefined for nothing. */
export async function lookAt(bucket: S3Bucket, call: Call): Promise<Seen | undefined> {
  let response: Response;
  try {
    response = await headOf(bucket, call);
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
  const { headers, type } = response;
  const etag = needed(call, response, "ETag");
  const name = noncesHeader(metadataHeaders);
  const nonces = headers.get(name);
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(headers.get("last-modified") ?? "");
  // What came in parts carries the time at which it was begun.
  const isDated = !Number.isNaN(age) && !etag.includes("-");
  return { etag, nonces, age: isDated ? age : undefined, hidden: nonces === null && type === "cors" ? name : undefined };
}
