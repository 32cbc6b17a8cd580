import { type Call, explain } from "../call.ts";
import { encodeKey } from "../transport/encode.ts";
import { needed } from "../transport/meta.ts";
import type { AzureClient } from "./client.ts";

/** Milliseconds between two looks at a copy that is under way. */
const pause = 500;

/**
 * Copies by Copy Blob within the container; gives the etag of the copy. Azure may go on copying after its answer.
 *
 * @throws `Unavailable` when the copy fails, or when another write replaces it before it is done
 */
export async function copyBlob(client: AzureClient, call: Call, to: string): Promise<string> {
  const path = `/${encodeKey(to)}`;
  const headers = { "x-ms-copy-source": await client.source(call) };
  let response = await client.request(call, { method: "PUT", path, headers });
  const id = response.headers.get("x-ms-copy-id");
  while (response.headers.get("x-ms-copy-status") === "pending") {
    await new Promise((resolve) => setTimeout(resolve, pause));
    response = await client.request({ ...call, key: to }, { method: "HEAD", path });
  }
  const status = response.headers.get("x-ms-copy-status");
  const isDone = (status ?? "success") === "success" && response.headers.get("x-ms-copy-id") === id;
  if (!isDone) throw explain(call, undefined, () => ({ code: "Unavailable", reason: `the copy is ${status ?? "no longer there"}` }));
  return needed(call, response, "etag");
}
