import { toHex } from "../../encoding/hex.ts";
import { encodeSegment } from "../../encoding/percent.ts";
import { type Call, failed } from "../call.ts";
import type { HTTPRequest } from "../client/exchange.ts";
import type { SignOptions } from "../types.ts";
import type { GCSCredentials, GCSHMACKey } from "./credentials.ts";

/** V4 signatures of Google Cloud Storage ("V4 signing process"). aws4fetch signs with AWS's names only. */
const algorithm = "GOOG4-HMAC-SHA256";

/** Bodies are protected by the connection, not by the signature. */
const payload = "UNSIGNED-PAYLOAD";

/**
 * Adds a bearer token, or a V4 signature with an HMAC key.
 *
 * @param time the time of the signature, in milliseconds since 1970
 */
export async function sign({ method, url, headers, body }: HTTPRequest, credentials: GCSCredentials, time: number): Promise<HTTPRequest> {
  const all = new Headers(headers);
  if ("accessToken" in credentials) {
    all.set("authorization", `Bearer ${credentials.accessToken}`);
    return { method, url, headers: all, body };
  }
  all.set("x-goog-date", timestamp(time));
  all.set("x-goog-content-sha256", payload);
  const { host, pathname, search } = new URL(url);
  const signed = [["host", host] as const, ...[...all].filter(([name]) => name.startsWith("x-goog-"))].sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  const names = signed.map(([name]) => name).join(";");
  const query = search.slice(1).split("&").sort().join("&");
  const lines = [method, pathname, query, ...signed.map(([name, value]) => `${name}:${value}`), "", names, payload];
  const signature = await signatureOf(lines.join("\n"), credentials, time);
  const credential = `${credentials.accessId}/${scopeOf(time)}`;
  all.set("authorization", `${algorithm} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`);
  return { method, url, headers: all, body };
}

/**
 * A URL with a V4 signature.
 *
 * @param url URL of the object
 * @param time the time of the signature, in milliseconds since 1970
 * @throws `NotSupported` without an HMAC key
 */
export async function signUrl(
  call: Call,
  url: string,
  credentials: GCSCredentials,
  time: number,
  { method = "GET", expiresInSeconds = 3600 }: SignOptions,
): Promise<string> {
  if (!("secret" in credentials)) throw failed(call, "NotSupported", "a signed URL needs an HMAC key");
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
  const signature = await signatureOf([method, pathname, query, `host:${host}`, "", "host", payload].join("\n"), credentials, time);
  return `${url}?${query}&X-Goog-Signature=${signature}`;
}

/** The signature of a canonical request, in hexadecimal. */
async function signatureOf(request: string, { secret }: GCSHMACKey, time: number): Promise<string> {
  const digest = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(request))));
  let key: BufferSource = new TextEncoder().encode(`GOOG4${secret}`);
  for (const part of scopeOf(time).split("/")) key = await hmac(key, part);
  return toHex(new Uint8Array(await hmac(key, [algorithm, timestamp(time), scopeOf(time), digest].join("\n"))));
}

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, new TextEncoder().encode(text));
}

function timestamp(time: number): string {
  return new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, "");
}

function scopeOf(time: number): string {
  return `${timestamp(time).slice(0, 8)}/auto/storage/goog4_request`;
}
