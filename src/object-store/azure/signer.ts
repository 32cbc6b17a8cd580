import { fromBase64, toBase64 } from "../../encoding/base64.ts";
import { encodeSegment } from "../../encoding/percent.ts";
import { EdgewaterError } from "../../errors.ts";
import { type Call, failed } from "../call.ts";
import type { HTTPRequest } from "../client/exchange.ts";
import type { SignOptions } from "../types.ts";
import type { AzureCredentials } from "./credentials.ts";

/** The version of the Blob service REST API that requests and signatures follow. */
const apiVersion = "2021-12-02";

/** The standard headers that Shared Key signs, in its order. */
const signedHeaders = [
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
];

/** Number of imported keys to cache. */
const maxCachedKeys = 8;

/** Permissions of a service SAS for one blob. */
const permissions = { GET: "r", HEAD: "r", PUT: "cw", DELETE: "d" };

/** Where an account keeps the blobs of a store. */
export interface AzureContainer {
  readonly account: string;
  readonly container: string;
  /** Name of the store, for errors. */
  readonly store: string;
}

/** Signs requests with Shared Key, or adds a shared access signature or a bearer token. */
export class AzureSigner {
  readonly #target: AzureContainer;
  readonly #keys = new Map<string, Promise<CryptoKey>>();

  constructor(target: AzureContainer) {
    this.#target = target;
  }

  /**
   * @param time the time of the signature, in milliseconds since 1970
   * @throws `SettingsError` for an account key that is not base64
   */
  async sign({ method, url, headers, body }: HTTPRequest, credentials: AzureCredentials, time: number): Promise<HTTPRequest> {
    const all = new Headers(headers);
    all.set("x-ms-version", apiVersion);
    // Browsers do not let a page set Date.
    all.set("x-ms-date", new Date(time).toUTCString());
    if ("sasToken" in credentials) return { method, url: withSignature(String(url), credentials.sasToken), headers: all, body };
    if ("accessToken" in credentials) {
      all.set("authorization", `Bearer ${credentials.accessToken}`);
    } else {
      const { account } = this.#target;
      const size = body instanceof Blob ? body.size : body?.byteLength;
      const signature = await this.#signature(canonicalText(account, method, url, all, size), credentials.accountKey);
      all.set("authorization", `SharedKey ${account}:${signature}`);
    }
    return { method, url, headers: all, body };
  }

  /**
   * A URL with a service SAS that permits one method on one blob (Microsoft, "Create a service SAS", from 2020-12-06 on).
   *
   * @param url URL of the blob
   * @param time the time of the signature, in milliseconds since 1970
   * @throws `NotSupported` without an account key
   */
  async signUrl(
    call: Call,
    url: string,
    credentials: AzureCredentials,
    time: number,
    { method = "GET", expiresInSeconds = 3600 }: SignOptions,
  ): Promise<string> {
    if (!("accountKey" in credentials)) throw failed(call, "NotSupported", "a signed URL needs an account key");
    const { account, container } = this.#target;
    const permitted = permissions[method];
    const expiry = new Date(time + expiresInSeconds * 1000).toISOString().replace(/\.\d{3}/, "");
    const protocol = url.startsWith("https:") ? "https" : "";
    const resource = `/blob/${account}/${container}/${call.key}`;
    // Permissions, start, expiry, resource, identifier, IP, protocol, version, kind, snapshot, scope, five headers.
    const text = [permitted, "", expiry, resource, "", "", protocol, apiVersion, "b", "", "", "", "", "", "", ""];
    const sig = await this.#signature(text.join("\n"), credentials.accountKey);
    const query = Object.entries({ sv: apiVersion, ...(protocol && { spr: protocol }), sr: "b", sp: permitted, se: expiry, sig });
    return withSignature(url, query.map(([name, value]) => `${name}=${encodeSegment(value)}`).join("&"));
  }

  /** The HMAC of a text with an account key, in base64. */
  async #signature(text: string, accountKey: string): Promise<string> {
    let key = this.#keys.get(accountKey);
    if (key === undefined) {
      if (this.#keys.size >= maxCachedKeys) this.#keys.clear();
      key = this.#importKey(accountKey);
      this.#keys.set(accountKey, key);
    }
    return toBase64(new Uint8Array(await crypto.subtle.sign("HMAC", await key, new TextEncoder().encode(text))));
  }

  async #importKey(accountKey: string): Promise<CryptoKey> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = fromBase64(accountKey);
    } catch {
      const { store } = this.#target;
      throw new EdgewaterError("SettingsError", `The account key of ${store} is not base64`, { store, field: "accountKey" });
    }
    return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }
}

/** The text that Shared Key signs (Microsoft, "Authorize with Shared Key", Blob service from 2015-02-21 on). */
function canonicalText(account: string, method: string, url: string | URL, headers: Headers, size: number | undefined): string {
  const { pathname, searchParams } = new URL(url);
  const standard = signedHeaders.map((name) => (name === "content-length" ? size || "" : (headers.get(name) ?? "")));
  const own = [...headers].filter(([name]) => name.startsWith("x-ms-")).sort(([left], [right]) => (left < right ? -1 : 1));
  const lines = (pairs: readonly (readonly [string, string])[]): string[] => pairs.map(([name, value]) => `${name}:${value}`);
  return [method, ...standard, ...lines(own), `/${account}${pathname}`, ...lines([...searchParams].sort())].join("\n");
}

/** A URL with a shared access signature in its query. */
export function withSignature(url: string, sasToken: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}${sasToken.replace(/^\?/, "")}`;
}
