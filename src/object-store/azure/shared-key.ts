import { fromBase64, toBase64 } from "../../encoding/base64.ts";
import { EdgewaterError } from "../../errors.ts";

/** The standard headers that are signed, in this order. */
const standard =
  "content-encoding,content-language,content-length,content-md5,content-type,date,if-modified-since,if-match,if-none-match,if-unmodified-since,range".split(
    ",",
  );

/** Keys are imported once. */
const imported = new Map<string, Promise<CryptoKey>>();
const mostKeys = 8;

/** The text that Shared Key signs (Microsoft, "Authorize with Shared Key", Blob service from 2015-02-21 on). */
export function canonical(account: string, method: string, url: string | URL, headers: Headers, size: number | undefined): string {
  const { pathname, searchParams } = new URL(url);
  const values = standard.map((name) => (name === "content-length" ? size || "" : (headers.get(name) ?? "")));
  const own = [...headers].filter(([name]) => name.startsWith("x-ms-")).sort(([left], [right]) => (left < right ? -1 : 1));
  const lines = [...own, ...[...searchParams].sort()].map(([name, value]) => `${name}:${value}`);
  lines.splice(own.length, 0, `/${account}${pathname}`);
  return [method, ...values, ...lines].join("\n");
}

/**
 * The signature of a text by an account key, in base64.
 *
 * @throws `SettingsError` for a key that is not base64
 */
export async function signature(text: string, accountKey: string, store: string): Promise<string> {
  let key = imported.get(accountKey);
  if (key === undefined) {
    if (imported.size >= mostKeys) imported.clear();
    key = importKey(accountKey, store);
    imported.set(accountKey, key);
  }
  const bytes = await crypto.subtle.sign("HMAC", await key, new TextEncoder().encode(text));
  return toBase64(new Uint8Array(bytes));
}

async function importKey(accountKey: string, store: string): Promise<CryptoKey> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = fromBase64(accountKey);
  } catch {
    throw new EdgewaterError("SettingsError", `The account key of ${store} is not base64`, { store, field: "accountKey" });
  }
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}
