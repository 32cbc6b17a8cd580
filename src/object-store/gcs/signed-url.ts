import { encodeSegment } from "../../encoding/percent.ts";
import { type Call, failed } from "../call.ts";
import { pathOf } from "../client/cloud.ts";
import type { SignOptions } from "../types.ts";
import type { GCSClient } from "./client.ts";
import { algorithm, payload, scopeOf, sign, timestamp } from "./signer.ts";

/** The longest life of a signed URL: a week, in seconds. */
const longest = 604_800;

/**
 * A URL that carries a V4 signature.
 *
 * @throws `SettingsError` for a life that is no number of whole seconds up to a week; `NotSupported` without an HMAC key
 */
export async function signedUrl(client: GCSClient, call: Call, { method = "GET", expiresInSeconds = 3600 }: SignOptions): Promise<string> {
  if (!Number.isSafeInteger(expiresInSeconds) || expiresInSeconds <= 0 || expiresInSeconds > longest) {
    throw failed(call, "SettingsError", `a signed URL lives 1 to ${longest} whole seconds, not ${expiresInSeconds}`, {
      field: "expiresInSeconds",
    });
  }
  const credentials = await client.credentials(call);
  if (!("secret" in credentials)) throw failed(call, "NotSupported", "it takes an HMAC key");
  const time = client.now();
  const url = client.url + pathOf(call.key);
  const { host, pathname } = new URL(url);
  const query = Object.entries({
    "X-Goog-Algorithm": algorithm,
    "X-Goog-Credential": `${credentials.accessId}/${scopeOf(time)}`,
    "X-Goog-Date": timestamp(time),
    "X-Goog-Expires": String(expiresInSeconds),
    "X-Goog-SignedHeaders": "host",
  })
    .map(([name, value]) => `${name}=${encodeSegment(value)}`)
    .join("&");
  const signature = await sign([method, pathname, query, `host:${host}`, "", "host", payload].join("\n"), credentials, time);
  return `${url}?${query}&X-Goog-Signature=${signature}`;
}
