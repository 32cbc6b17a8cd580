import { type Call, failed } from "../call.ts";
import { pathOf } from "../client/cloud.ts";
import type { SignOptions } from "../types.ts";
import type { S3Client } from "./client.ts";

/** The longest life of a signed URL: a week, in seconds. */
const longest = 604_800;

/** @throws `SettingsError` for a life that is no number of whole seconds up to a week */
export async function signedUrl(client: S3Client, call: Call, { method = "GET", expiresInSeconds = 3600 }: SignOptions): Promise<string> {
  if (!Number.isSafeInteger(expiresInSeconds) || expiresInSeconds <= 0 || expiresInSeconds > longest) {
    throw failed(call, "SettingsError", `a signed URL lives 1 to ${longest} whole seconds, not ${expiresInSeconds}`, {
      field: "expiresInSeconds",
    });
  }
  const query = `?X-Amz-Expires=${expiresInSeconds}`;
  const { url } = await client.sign(call, { method, path: pathOf(call.key) + query }, true);
  return String(url);
}
