import { type Call, failed } from "../call.ts";
import { pathOf } from "../client/cloud.ts";
import { needed } from "../client/meta.ts";
import type { PutResult } from "../types.ts";
import type { AzureClient } from "./client.ts";
import { withSignature } from "./signer.ts";

/** Milliseconds between two looks at a copy that is under way. */
const pause = 500;

/**
 * Lets the server copy an object, with all that is known of it. Azure may go on copying after its answer.
 *
 * @throws `Unavailable` when the copy fails, or when another write replaces it before it is done
 */
export async function copyTo(client: AzureClient, call: Call, to: string): Promise<PutResult> {
  const credentials = await client.credentials(call);
  const source = client.url + pathOf(call.key);
  const headers = { "x-ms-copy-source": "sasToken" in credentials ? withSignature(source, credentials.sasToken) : source };
  let response = await client.request(call, { method: "PUT", path: pathOf(to), headers });
  const id = response.headers.get("x-ms-copy-id");
  while (response.headers.get("x-ms-copy-status") === "pending") {
    await new Promise((resolve) => setTimeout(resolve, pause));
    response = await client.request({ ...call, key: to }, { method: "HEAD", path: pathOf(to) });
  }
  const status = response.headers.get("x-ms-copy-status") ?? "success";
  if (status !== "success" || response.headers.get("x-ms-copy-id") !== id) throw failed(call, "Unavailable", `the copy has ${status}`);
  return { etag: needed(call, response, "ETag") };
}
