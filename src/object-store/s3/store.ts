import { AwsV4Signer } from "aws4fetch";
import { EdgewaterError, throwIfAborted } from "../../errors.ts";
import { bytesOf, openedResponse } from "../body.ts";
import { type Call, explain, notFound } from "../call.ts";
import { checkKey, checkPrefix } from "../path.ts";
import type {
  Body,
  DeleteOptions,
  GetOptions,
  GetResult,
  HeadOptions,
  ListOptions,
  ObjectMeta,
  ObjectStore,
  PutOptions,
  PutResult,
} from "../types.ts";
import type { CredentialProvider } from "./credentials.ts";
import { errorOf } from "./errors.ts";
import { elements, textOf } from "./xml.ts";

export interface S3StoreOptions {
  readonly bucket: string;
  /** Such as `eu-west-1`; most other servers take `us-east-1`. */
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** Base URL of a server that is not AWS, such as `http://127.0.0.1:9000`; the bucket then goes into the path. */
  readonly endpoint?: string | URL;
  /** Sends the requests; the runtime's `fetch` unless given. */
  readonly fetch?: typeof fetch;
}

interface Request {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/**
 * Objects in an S3 bucket, signed with Signature Version 4 and sent with `fetch`: no native client, so the same code
 * runs in browsers, Workers, Node, Deno and Bun. S3 publishes a put as a whole and shows it to every later read.
 *
 * In a browser the bucket's CORS rules must allow the page's origin and expose `ETag`.
 *
 * @example
 * ```ts
 * import { fromEnvironment, S3Store } from "edgewater/s3";
 *
 * const store = new S3Store({ bucket: "quakes", region: "eu-west-1", credentials: fromEnvironment() });
 * ```
 */
export class S3Store implements ObjectStore {
  readonly name: string;
  readonly #options: S3StoreOptions;
  readonly #base: string;
  /** Signing keys by day and region, so that one is derived once a day. */
  readonly #signingKeys = new Map<string, ArrayBuffer>();

  /** @throws `SettingsError` when the endpoint is not a URL or carries credentials */
  constructor(options: S3StoreOptions) {
    this.name = `S3Store(${options.bucket})`;
    this.#options = options;
    this.#base = baseUrl(options, this.name);
  }

  async put(key: string, body: Body, { signal }: PutOptions = {}): Promise<PutResult> {
    checkKey(this.name, key);
    const call = this.#call("write", key, signal);
    const response = await this.#send(call, { method: "PUT", path: pathOf(key), body: bytesOf(body) });
    if (!response.ok) throw await errorOf(response, call);
    return { etag: response.headers.get("etag") ?? undefined };
  }

  async get(key: string, { signal }: GetOptions = {}): Promise<GetResult> {
    checkKey(this.name, key);
    const call = this.#call("read", key, signal);
    const response = await this.#send(call, { method: "GET", path: pathOf(key) });
    if (!response.ok) throw await errorOf(response, call);
    return openedResponse(metaOf(key, response.headers), response, call);
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<ObjectMeta> {
    checkKey(this.name, key);
    const call = this.#call("read", key, signal);
    const response = await this.#send(call, { method: "HEAD", path: pathOf(key) });
    if (response.status === 404) throw notFound(this.name, key);
    if (!response.ok) throw await errorOf(response, call);
    return metaOf(key, response.headers);
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = typeof keys === "string" ? [keys] : keys;
    for (const key of all) checkKey(this.name, key);
    for (const key of all) {
      const call = this.#call("delete", key, signal);
      const response = await this.#send(call, { method: "DELETE", path: pathOf(key) });
      if (response.ok) continue;
      const error = await errorOf(response, call);
      const isGone = error.code === "NotFound" && error.key === key;
      if (!isGone) throw error;
    }
  }

  async *list(prefix = "", { signal }: ListOptions = {}): AsyncGenerator<ObjectMeta, void, void> {
    const start = checkPrefix(this.name, prefix);
    const call = this.#call("list", prefix, signal);
    let token: string | undefined;
    do {
      const next = token === undefined ? "" : `&continuation-token=${encode(token)}`;
      const response = await this.#send(call, { method: "GET", path: `?list-type=2&prefix=${encode(start)}${next}` });
      if (!response.ok) throw await errorOf(response, call);
      const page = await response.text().catch((cause: unknown) => {
        throw explain(call, cause);
      });
      for (const content of elements(page, "Contents")) yield listed(content);
      token = textOf(page, "NextContinuationToken");
    } while (token !== undefined);
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    return { store: this.name, verb, key, signal };
  }

  async #send(call: Call, { method, path, body }: Request): Promise<Response> {
    const { store, key, signal } = call;
    throwIfAborted(signal, { store, key });
    const { credentials, region } = this.#options;
    const { accessKeyId, secretAccessKey, sessionToken } = typeof credentials === "function" ? await credentials() : credentials;
    const signer = new AwsV4Signer({
      method,
      url: this.#base + path,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: "s3",
      region,
      cache: this.#signingKeys,
    });
    const { url, headers } = await signer.sign();
    const send = this.#options.fetch ?? fetch;
    try {
      return await send(url, { ...withoutCache(), method, headers, ...(body ? { body } : {}), ...(signal ? { signal } : {}) });
    } catch (cause) {
      throw explain(call, cause, () => ({ code: "Unavailable", reason: `${url.origin} cannot be reached` }));
    }
  }
}

/** Below the bucket. */
function pathOf(key: string): string {
  return `/${key.split("/").map(encode).join("/")}`;
}

function baseUrl({ bucket, region, endpoint }: S3StoreOptions, store: string): string {
  if (endpoint === undefined) return `https://${bucket}.s3.${region}.amazonaws.com`;
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch (cause) {
    throw new EdgewaterError("SettingsError", `The endpoint of ${store} is not a URL`, { store, field: "endpoint", cause });
  }
  if (url.username !== "" || url.password !== "") {
    throw new EdgewaterError("SettingsError", `The endpoint of ${store} must not carry credentials; pass them as credentials`, {
      store,
      field: "endpoint",
    });
  }
  return `${url.origin}${url.pathname.replace(/\/$/, "")}/${bucket}`;
}

/** By RFC 3986, as Signature Version 4 wants it: `encodeURIComponent` leaves five characters too many alone. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Signed requests must not be answered from a browser's cache. Runtimes without one lack the option, and some refuse it. */
function withoutCache(): RequestInit {
  return "cache" in Request.prototype ? { cache: "no-store" } : {};
}

function metaOf(key: string, headers: Headers): ObjectMeta {
  const lastModified = headers.get("last-modified");
  return {
    key,
    size: Number(headers.get("content-length") ?? 0),
    etag: headers.get("etag") ?? undefined,
    lastModified: lastModified === null ? undefined : new Date(lastModified),
  };
}

function listed(content: string): ObjectMeta {
  const lastModified = textOf(content, "LastModified");
  return {
    key: textOf(content, "Key") ?? "",
    size: Number(textOf(content, "Size") ?? 0),
    etag: textOf(content, "ETag"),
    lastModified: lastModified === undefined ? undefined : new Date(lastModified),
  };
}
