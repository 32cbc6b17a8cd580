import type { Call } from "../call.ts";
import { textBody } from "../transport/body.ts";
import { encodeSegment } from "../transport/encode.ts";
import type { PutResult } from "../types.ts";
import { pathOf, type S3Bucket } from "./bucket.ts";
import { errorOf } from "./errors.ts";
import { etagOf, textOf } from "./xml.ts";

/** Lets the server copy an object, with all that is known of it. */
export async function copyTo({ client, options }: S3Bucket, call: Call, to: string): Promise<PutResult> {
  const headers = { "x-amz-copy-source": `/${encodeSegment(options.bucket)}${pathOf(call.key)}` };
  const answer = await textBody(call, await client.request(call, { method: "PUT", path: pathOf(to), headers }));
  const etag = etagOf(answer);
  // An error may come as a success.
  if (etag === undefined) throw errorOf(500, textOf(answer, "Code"), call);
  return { etag };
}
