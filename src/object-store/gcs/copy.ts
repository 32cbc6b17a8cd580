import { encodeSegment } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import { pathOf } from "../client/cloud.ts";
import { etagIn } from "../client/meta.ts";
import type { PutResult } from "../types.ts";
import type { GCSClient } from "./client.ts";

/** Lets the server copy an object, with all that is known of it. */
export async function copyTo({ metadata, request, transport }: GCSClient, call: Call, to: string): Promise<PutResult> {
  const headers = { "x-goog-copy-source": `/${encodeSegment(transport.bucket)}${pathOf(call.key)}` };
  const response = await request(call, { method: "PUT", path: pathOf(to), headers, body: new Uint8Array() });
  return { etag: etagIn(call, response, metadata) };
}
