import { toHex } from "../../encoding/hex.ts";
import type { HTTPRequest } from "../client/exchange.ts";
import type { GCSCredentials, GCSHMACKey } from "./credentials.ts";

export const algorithm = "GOOG4-HMAC-SHA256";

/** Bodies are covered by the connection, not by the signature. */
export const payload = "UNSIGNED-PAYLOAD";

/** Puts into a request what lets it pass: a bearer token, or a V4 signature by an HMAC key, as of a time. */
export async function signed({ method, url, headers, body }: HTTPRequest, credentials: GCSCredentials, time: Date): Promise<HTTPRequest> {
  const all = new Headers(headers);
  if ("accessToken" in credentials) {
    all.set("authorization", `Bearer ${credentials.accessToken}`);
    return { method, url, headers: all, body };
  }
  all.set("x-goog-date", timestamp(time));
  all.set("x-goog-content-sha256", payload);
  const { host, pathname, search } = new URL(url);
  const covered = [["host", host] as const, ...[...all].filter(([name]) => name.startsWith("x-goog-"))].sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  const names = covered.map(([name]) => name).join(";");
  const query = search.slice(1).split("&").sort().join("&");
  const lines = [method, pathname, query, ...covered.map(([name, value]) => `${name}:${value}`), "", names, payload];
  const signature = await sign(lines.join("\n"), credentials, time);
  all.set(
    "authorization",
    `${algorithm} Credential=${credentials.accessId}/${scopeOf(time)}, SignedHeaders=${names}, Signature=${signature}`,
  );
  return { method, url, headers: all, body };
}

/** The signature of a canonical request, in hexadecimal. */
export async function sign(request: string, { secret }: GCSHMACKey, time: Date): Promise<string> {
  const digest = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(request))));
  let key: BufferSource = new TextEncoder().encode(`GOOG4${secret}`);
  for (const part of scopeOf(time).split("/")) key = await hmac(key, part);
  return toHex(new Uint8Array(await hmac(key, [algorithm, timestamp(time), scopeOf(time), digest].join("\n"))));
}

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, new TextEncoder().encode(text));
}

export function timestamp(time: Date): string {
  return time.toISOString().replace(/[:-]|\.\d{3}/g, "");
}

export function scopeOf(time: Date): string {
  return `${timestamp(time).slice(0, 8)}/auto/storage/goog4_request`;
}
