import type { Call } from "../call.ts";
import { textBody } from "../transport/body.ts";
import { encodeSegment } from "../transport/encode.ts";
import { needed } from "../transport/meta.ts";
import type { FullObjectStore, PutMode, PutResult } from "../types.ts";
import { headOf, pathOf, type S3Bucket } from "./bucket.ts";
import { errorOf } from "./errors.ts";
import { etagOf, textOf } from "./xml.ts";

/** Lets the server copy an object, with all that is known of it. */
export async function copyTo(bucket: S3Bucket, call: Call, to: string): Promise<PutResult> {
  // S3 refuses to copy an object onto itself.
  if (call.key === to) return { etag: needed(call, await headOf(bucket, call), "ETag") };
  const headers = { "x-amz-copy-source": `/${encodeSegment(bucket.options.bucket)}${pathOf(call.key)}` };
  const answer = await textBody(call, await bucket.client.request(call, { method: "PUT", path: pathOf(to), headers }));
  const etag = etagOf(answer);
  // An error may come as a success.
  if (etag === undefined) throw errorOf(500, textOf(answer, "Code"), call);
  return { etag };
}

/** Reads an object and writes it, which can have a condition on every server. */
export async function copyThroughHere(store: FullObjectStore, { key, signal }: Call, to: string, mode: PutMode): Promise<PutResult> {
  const object = await store.get(key, { signal });
  const { contentType, metadata } = object.meta;
  return store.put(to, await object.bytes(), { mode, contentType, metadata, signal });
}
