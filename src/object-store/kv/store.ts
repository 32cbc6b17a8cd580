import { type ErrorCode, isEdgewaterError, thrownText } from "../../errors.ts";
import { anyValue, checkOptions, checkValue, type OptionKinds, required, withMethods } from "../../options.ts";
import { checkRetryPolicy, type RetryPolicy } from "../../retry.ts";
import { bytesOf, checkBody, openedBytes } from "../body.ts";
import { type Call, type Classify, explain, failed, notFound } from "../call.ts";
import { checkAttributes } from "../conditions.ts";
import { PageTokens, reportLeftOut } from "../page.ts";
import { checkKey, checkPrefix, isKey } from "../path.ts";
import type {
  Attributes,
  AttributesPut,
  AttributesPutOptions,
  Body,
  Delete,
  DeleteOptions,
  FullObjectMeta,
  Get,
  GetOptions,
  GetResult,
  Head,
  HeadOptions,
  List,
  ListOptions,
  Named,
  ObjectMeta,
  PutResult,
} from "../types.ts";
import { checkPlainVerbOptions } from "../verb-options.ts";
import { type BindingFailure, performBinding } from "../worker-binding.ts";

/** The part of a Worker's `KVNamespace` binding that the store uses, so that it needs no Cloudflare types. */
export interface KVNamespaceBinding {
  /** Writes a pair. */
  put(key: string, value: Uint8Array<ArrayBuffer>, options: { metadata: unknown }): Promise<void>;
  /** Reads a pair as bytes. */
  getWithMetadata(key: string, type: "arrayBuffer"): Promise<{ readonly value: ArrayBuffer | null; readonly metadata: unknown }>;
  /** Opens a pair as a stream. */
  getWithMetadata(key: string, type: "stream"): Promise<{ readonly value: ReadableStream | null; readonly metadata: unknown }>;
  /** Deletes a pair. */
  delete(key: string): Promise<void>;
  /** Lists one page of keys. */
  list(options: { prefix: string; cursor?: string }): Promise<KVPage>;
}

/** One page of a list. */
export interface KVPage {
  /** The keys of the page with their metadata. */
  readonly keys: readonly { readonly name: string; readonly metadata?: unknown }[];
  /** Whether this is the last page. */
  readonly list_complete: boolean;
  /** The cursor of the next page. */
  readonly cursor?: string;
}

/** Options of a {@link KVStore}. */
export interface KVStoreOptions {
  /** When and how often failed calls are retried. */
  readonly retry?: RetryPolicy | undefined;
}

const kinds: OptionKinds<KVStoreOptions> = { retry: anyValue };
const binding = /* @__PURE__ */ required(/* @__PURE__ */ withMethods("a KV binding of the Worker's env", "getWithMetadata", "put"));

/** The limits of KV in bytes (Workers KV documentation, "Limits"): a key in UTF-8, a value, its metadata as JSON. */
const limits = { key: 512, value: 25 * 1024 * 1024, metadata: 1024 };

/** How many deletes run at once: a Worker may have six open connections. */
const concurrency = 6;

/** The metadata of a KV pair. */
interface PairMetadata extends Attributes {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/**
 * A store that keeps objects in a Workers KV namespace: for values and copies that are read often and everywhere.
 *
 * KV is eventually consistent, as the type states: a write may be visible elsewhere up to a minute later, and of two
 * writers the last one wins. So there are no conditions; do not keep pointers, locks or logs in it. A value has up to
 * 25 MiB, a key up to 512 bytes of UTF-8, and each key accepts one write per second.
 *
 * Size, time, content type and metadata are in the metadata of the KV pair, which has at most 1,024 bytes as JSON; about
 * 50 of them are taken. A pair that another program wrote is read to find its size.
 *
 * @example
 * ```ts
 * import { KVStore } from "edgewater/kv";
 *
 * export default { fetch: (request, env) => respond(request, new KVStore(env.VALUES)) };
 * ```
 */
export class KVStore implements Named, AttributesPut, Get<GetOptions, FullObjectMeta>, Head<FullObjectMeta>, Delete, List {
  readonly name: string = "KVStore";
  /** A write becomes visible elsewhere up to a minute later. */
  readonly consistency = "eventual";
  readonly #namespace: KVNamespaceBinding;
  readonly #options: KVStoreOptions;

  /**
   * Creates a store over a binding.
   *
   * @param namespace the binding, such as `env.VALUES`
   * @throws `SettingsError` for a wrong option
   */
  constructor(namespace: KVNamespaceBinding, options: KVStoreOptions = {}) {
    checkValue(this.name, "namespace", namespace, binding);
    checkOptions(this.name, options, kinds);
    checkRetryPolicy(options.retry, this.name, "SettingsError");
    this.#namespace = namespace;
    this.#options = options;
  }

  /**
   * Writes an object.
   *
   * @throws `InvalidPath` for a key of more than 512 bytes, `NotSupported` for a body of more than 25 MiB, `MetadataError`
   * for attributes that are too long; then nothing is written
   */
  async put(key: string, body: Body, options: AttributesPutOptions = {}): Promise<PutResult> {
    checkPlainVerbOptions(this.name, "put", options);
    const call = this.#call("write", key, options.signal);
    checkBody(body, { store: this.name, key });
    const bytes = bytesOf(body);
    if (bytes.byteLength > limits.value) {
      throw failed(call, "NotSupported", `its body has ${bytes.byteLength} bytes; KV allows 25 MiB`);
    }
    const metadata: PairMetadata = { size: bytes.byteLength, modified: Date.now(), ...checkAttributes(options, call) };
    const taken = bytesOf(JSON.stringify(metadata)).byteLength;
    if (taken > limits.metadata) {
      throw failed(call, "MetadataError", `content type and metadata are ${taken - limits.metadata} bytes too long for KV`);
    }
    await this.#perform(call, () => this.#namespace.put(key, bytes, { metadata }));
    return { etag: undefined };
  }

  async get(key: string, options: GetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkPlainVerbOptions(this.name, "get", options);
    const { signal } = options;
    const { value, metadata } = await this.#perform(this.#call("read", key, signal), () =>
      this.#namespace.getWithMetadata(key, "arrayBuffer"),
    );
    if (value === null) throw notFound(this.name, key);
    return openedBytes(metaOf(key, metadata, value.byteLength), new Uint8Array(value));
  }

  async head(key: string, options: HeadOptions = {}): Promise<FullObjectMeta> {
    checkPlainVerbOptions(this.name, "head", options);
    const { signal } = options;
    const call = this.#call("read", key, signal);
    const { value, metadata } = await this.#perform(call, () => this.#namespace.getWithMetadata(key, "stream"));
    if (value === null) throw notFound(this.name, key);
    await value.cancel();
    return isPairMetadata(metadata) ? metaOf(key, metadata, metadata.size) : (await this.get(key, { signal })).meta;
  }

  async delete(keys: string | readonly string[], options: DeleteOptions = {}): Promise<void> {
    checkPlainVerbOptions(this.name, "delete", options);
    const { signal } = options;
    const calls = (typeof keys === "string" ? [keys] : keys).map((key) => this.#call("delete", key, signal));
    for (let start = 0; start < calls.length; start += concurrency) {
      const some = calls.slice(start, start + concurrency);
      await Promise.all(some.map((call) => this.#perform(call, () => this.#namespace.delete(call.key))));
    }
  }

  async *list(prefix = "", options: ListOptions = {}): AsyncGenerator<ObjectMeta, void, void> {
    checkPlainVerbOptions(this.name, "list", options);
    const { signal } = options;
    const start = checkPrefix(this.name, prefix);
    const call: Call = { store: this.name, verb: "list", key: prefix, signal };
    const tokens = new PageTokens(call);
    let cursor: string | undefined;
    do {
      const query = { prefix: start, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.#perform(call, () => this.#namespace.list(query));
      for (const { name: key, metadata } of page.keys) {
        if (!isKey(key)) reportLeftOut(options, key);
        else if (isPairMetadata(metadata)) yield listed(metaOf(key, metadata, metadata.size));
        else yield* await this.#listedByReading(key, signal);
      }
      cursor = tokens.next(page.cursor, !page.list_complete, page.keys.length);
    } while (cursor !== undefined);
  }

  /** The entry of a pair that another program wrote; none for one that has expired or was deleted meanwhile. */
  async #listedByReading(key: string, signal: AbortSignal | undefined): Promise<readonly ObjectMeta[]> {
    try {
      return [listed(await this.head(key, { signal }))];
    } catch (error) {
      if (isEdgewaterError(error, "NotFound")) return [];
      throw error;
    }
  }

  /** @throws `InvalidPath` */
  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    checkKey(this.name, key);
    const call = { store: this.name, verb, key, signal };
    const { byteLength } = bytesOf(key);
    if (byteLength > limits.key) throw failed(call, "InvalidPath", `the key has ${byteLength} bytes; KV allows ${limits.key}`);
    return call;
  }

  #perform<Value>(call: Call, work: () => Promise<Value>): Promise<Value> {
    return performBinding(call, this.#options.retry, work, failureOf);
  }
}

/** Classifies an error of the binding. 429: KV accepts one write per second and key, and has done nothing. */
function failureOf(call: Call, cause: unknown): BindingFailure {
  const error = explain(call, cause, classify);
  // The runtime throws a TypeError for a wrong call, which a retry cannot fix.
  const isTransient = error.code === "Unavailable" && !(cause instanceof TypeError);
  return { error, isTransient, retryAfterMs: statusOf(cause) === "429" ? 1000 : undefined };
}

/** The codes for the HTTP status in a KV error message. Any other status is `Unavailable`, also 429 (one write per second and key). */
const codes: Readonly<Record<string, ErrorCode>> = { "401": "Unauthenticated", "403": "PermissionDenied", "413": "NotSupported" };

const classify: Classify = (cause) => {
  const code = codes[statusOf(cause)];
  return code === undefined ? undefined : { code, reason: thrownText(cause) };
};

function statusOf(cause: unknown): string {
  return /failed: (\d{3})\b/.exec((cause as { message?: string } | null)?.message ?? "")?.[1] ?? "";
}

function isPairMetadata(metadata: unknown): metadata is PairMetadata {
  const { size, modified } = (metadata ?? {}) as Partial<PairMetadata>;
  return typeof size === "number" && typeof modified === "number";
}

function metaOf(key: string, pair: unknown, size: number): FullObjectMeta {
  if (!isPairMetadata(pair)) return { key, size, etag: undefined, lastModified: undefined, contentType: undefined, metadata: {} };
  const { modified, contentType, metadata = {} } = pair;
  return { key, size, etag: undefined, lastModified: new Date(modified), contentType, metadata };
}

function listed({ key, size, etag, lastModified }: FullObjectMeta): ObjectMeta {
  return { key, size, etag, lastModified };
}
