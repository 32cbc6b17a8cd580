import { EdgewaterError } from "../../errors.ts";
import type { HTTPRequest } from "../transport/exchange.ts";
import type { AzureCredentials } from "./credentials.ts";

/** The version of the service's API that requests and signatures follow. */
export const version = "2021-12-02";

/** Milliseconds by which the clocks must differ before that is thought to be what is wrong. */
const skew = 60_000;

/** Puts into requests what lets them pass: Shared Key, a shared access signature, or a bearer token. */
export class Signer {
  readonly #account: string;
  readonly #store: string;
  /** The account key that was used last, imported once. */
  #imported: { readonly accountKey: string; readonly key: Promise<CryptoKey> } | undefined;
  /** Milliseconds that the server's clock is ahead of this machine's. */
  #offset = 0;

  constructor(account: string, store: string) {
    this.#account = account;
    this.#store = store;
  }

  async sign({ method, url, headers, body }: HTTPRequest, credentials: AzureCredentials): Promise<HTTPRequest> {
    const all = new Headers(headers);
    all.set("x-ms-version", version);
    // Browsers let nobody set Date.
    all.set("x-ms-date", new Date(this.now()).toUTCString());
    if ("sasToken" in credentials) return { method, url: withSignature(String(url), credentials.sasToken), headers: all, body };
    if ("accessToken" in credentials) {
      all.set("authorization", `Bearer ${credentials.accessToken}`);
    } else {
      const size = body === undefined ? 0 : body instanceof Blob ? body.size : body.byteLength;
      const signature = await this.hmac(this.#canonical(method, new URL(url), all, size), credentials.accountKey);
      all.set("authorization", `SharedKey ${this.#account}:${signature}`);
    }
    return { method, url, headers: all, body };
  }

  /** Now, by the server's clock in milliseconds. */
  now(): number {
    return Date.now() + this.#offset;
  }

  /** Signs by the server's clock from now on; tells whether that makes a difference. */
  adjust(serverTime: number): boolean {
    const offset = serverTime - Date.now();
    if (Number.isNaN(offset) || Math.abs(offset - this.#offset) < skew) return false;
    this.#offset = offset;
    return true;
  }

  /** The text that Shared Key signs (Microsoft, "Authorize with Shared Key", Blob service from 2015-02-21 on). */
  #canonical(method: string, { pathname, searchParams }: URL, headers: Headers, size: number): string {
    const standard = [
      "content-encoding",
      "content-language",
      "content-length",
      "content-md5",
      "content-type",
      "date",
      "if-modified-since",
      "if-match",
      "if-none-match",
      "if-unmodified-since",
      "range",
    ].map((name) => (name === "content-length" ? size || "" : (headers.get(name) ?? "")));
    const own = [...headers]
      .filter(([name]) => name.startsWith("x-ms-"))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, value]) => `${name}:${value}`);
    const query = [...searchParams].map(([name, value]) => `${name}:${value}`).sort();
    return [method, ...standard, ...own, [`/${this.#account}${pathname}`, ...query].join("\n")].join("\n");
  }

  /** The signature of a text, in base64. */
  async hmac(text: string, accountKey: string): Promise<string> {
    if (this.#imported?.accountKey !== accountKey) this.#imported = { accountKey, key: importKey(accountKey, this.#store) };
    const signature = await crypto.subtle.sign("HMAC", await this.#imported.key, new TextEncoder().encode(text));
    return btoa(String.fromCharCode(...new Uint8Array(signature)));
  }
}

async function importKey(accountKey: string, store: string): Promise<CryptoKey> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(accountKey), (character) => character.charCodeAt(0));
  } catch {
    throw new EdgewaterError("SettingsError", `The account key of ${store} is not base64`, { store, field: "accountKey" });
  }
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** A URL with a shared access signature in its query. */
export function withSignature(url: string, sasToken: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}${sasToken.replace(/^\?/, "")}`;
}
