import { encodeSegment } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import { textBody } from "../client/body.ts";
import { pathOf } from "../client/cloud.ts";
import { errorOf } from "../client/failure.ts";
import { textOf } from "../client/xml.ts";
import type { PutResult } from "../types.ts";
import type { S3Client } from "./client.ts";
import { meanings } from "./error-codes.ts";
import { etagOf } from "./xml.ts";

/** Lets the server copy an object, with all that is known of it. */
export async function copyTo(client: S3Client, call: Call, to: string): Promise<PutResult> {
  const headers = { "x-amz-copy-source": `/${encodeSegment(client.transport.bucket)}${pathOf(call.key)}` };
  const answer = await textBody(call, await client.request(call, { method: "PUT", path: pathOf(to), headers }));
  const etag = etagOf(answer);
  // An error may come as a success.
  if (etag === undefined) throw errorOf(500, textOf(answer, "Code"), call, meanings);
  return { etag };
}
