import { type Call, failed } from "../call.ts";
import { pathOf } from "../client/cloud.ts";
import type { SignOptions } from "../types.ts";
import type { S3Client } from "./client.ts";

/** The longest life of a signed URL: a week, in seconds. */
const longest = 604_800;

/** @throws `SettingsError` for a life that is no number of whole seconds up to a week */
export async function signedUrl(client: S3Client, call: Call, { method = "GET", expiresIn = 3600 }: SignOptions): Promise<string> {
  if (!Number.isSafeInteger(expiresIn) || expiresIn <= 0 || expiresIn > longest) {
    throw failed(call, "SettingsError", `a signed URL lives 1 to ${longest} whole seconds, not ${expiresIn}`, { field: "expiresIn" });
  }
  const query = `?X-Amz-Expires=${expiresIn}`;
  const { url } = await client.sign(call, { method, path: pathOf(call.key) + query }, true);
  return String(url);
}
