import { encodeSegment } from "../../encoding/percent.ts";
import { type Call, failed } from "../call.ts";
import { pathOf } from "../client/cloud.ts";
import type { SignOptions } from "../types.ts";
import type { AzureClient } from "./client.ts";
import { signature } from "./shared-key.ts";
import { version, withSignature } from "./signer.ts";

const permissionsFor = { GET: "r", HEAD: "r", PUT: "cw", DELETE: "d" };

/**
 * A URL with a service SAS that permits one thing with one blob (Microsoft, "Create a service SAS", from 2020-12-06 on).
 *
 * @throws `SettingsError` for a life that is no number of whole seconds; `NotSupported` without an account key
 */
export async function signedUrl(
  client: AzureClient,
  call: Call,
  { method = "GET", expiresInSeconds = 3600 }: SignOptions,
): Promise<string> {
  if (!Number.isSafeInteger(expiresInSeconds) || expiresInSeconds <= 0) {
    throw failed(call, "SettingsError", `a signed URL lives whole seconds, not ${expiresInSeconds}`, { field: "expiresInSeconds" });
  }
  const credentials = await client.credentials(call);
  if (!("accountKey" in credentials)) throw failed(call, "NotSupported", "it takes an account key");
  const { account, container } = client.transport;
  const url = client.url + pathOf(call.key);
  const permissions = permissionsFor[method];
  const expiry = new Date(client.signer.now() + expiresInSeconds * 1000).toISOString().replace(/\.\d{3}/, "");
  const protocol = url.startsWith("https:") ? "https" : "";
  const resource = `/blob/${account}/${container}/${call.key}`;
  // Permissions, start, expiry, resource, identifier, IP, protocol, version, kind, snapshot, scope, five headers.
  const text = [permissions, "", expiry, resource, "", "", protocol, version, "b", "", "", "", "", "", "", ""];
  const sig = await signature(text.join("\n"), credentials.accountKey, client.name);
  const query = Object.entries({ sv: version, ...(protocol && { spr: protocol }), sr: "b", sp: permissions, se: expiry, sig });
  return withSignature(url, query.map(([name, value]) => `${name}=${encodeSegment(value)}`).join("&"));
}
