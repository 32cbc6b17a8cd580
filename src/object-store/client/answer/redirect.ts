import type { EdgewaterError } from "../../../errors.ts";
import { type Call, failed, printable } from "../../call.ts";

/**
 * Returns whether an answer is a redirect. A 308 without a `Location` is an answer of Google Cloud Storage to a resumable
 * upload.
 */
export function isRedirect({ status, type, headers }: Response): boolean {
  return type === "opaqueredirect" || [301, 302, 303, 307].includes(status) || (status === 308 && headers.has("location"));
}

/**
 * The error for a redirect, which no signed request follows: credentials and bodies would go to another server. It names the
 * origin that the redirect points to, and nothing else of the URL. A permanent redirect is `SettingsError`, because only
 * another endpoint or region helps; any other is `Unavailable`.
 */
export function redirectError(call: Call, { status, type, headers }: Response, base: string): EdgewaterError {
  if (type === "opaqueredirect") {
    const reason = "the server redirects, which a signed request does not follow; the browser does not show where to";
    return failed(call, "Unavailable", reason);
  }
  const region = headers.get("x-amz-bucket-region");
  const location = headers.get("location");
  const target = location === null ? "" : ` to ${originOf(location, base)}`;
  const isPermanent = status === 301 || status === 308;
  const remedy =
    region !== null && /^[a-z0-9-]{1,40}$/.test(region)
      ? `the bucket is in the region ${region}`
      : isPermanent
        ? "check the endpoint and the region"
        : "try again, or check the endpoint";
  const reason = `the server redirects${target}, which a signed request does not follow; ${remedy} (${status})`;
  return failed(call, isPermanent ? "SettingsError" : "Unavailable", reason);
}

function originOf(location: string, base: string): string {
  try {
    const { protocol, host } = new URL(location, base || undefined);
    return printable(`${protocol}//${host}`, 100);
  } catch {
    return "an address that is not a URL";
  }
}
