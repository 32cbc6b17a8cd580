import type { Driver, Storage } from "unstorage";
import { encodeSegment } from "../../encoding/percent.ts";
import { compareUtf8 } from "../../encoding/utf8.ts";
import { EdgewaterError, type ErrorCode, isEdgewaterError } from "../../errors.ts";
import { checkValue, required, withMethods } from "../../options.ts";
import { loadPeer } from "../../peer.ts";
import type { Reach } from "../../reach.ts";
import { bytesOf, openedBytes } from "../body.ts";
import { type Classify, keyIsAlsoPrefix, notFound, perform } from "../call.ts";
import { reportLeftOut } from "../page.ts";
import { checkKey, checkKeys, checkPrefix, isKey } from "../path.ts";
import type {
  Body,
  Delete,
  DeleteOptions,
  Get,
  GetOptions,
  GetResult,
  Head,
  HeadOptions,
  List,
  ListOptions,
  Named,
  ObjectMeta,
  Put,
  PutOptions,
  PutResult,
} from "../types.ts";
import { checkPlainVerbOptions } from "../verb-options.ts";

/** The reach of the drivers of unstorage that do not reach from anywhere, by their names. */
const reaches: Readonly<Record<string, Reach>> = {
  memory: "process",
  "lru-cache": "process",
  fs: "machine",
  "fs-lite": "machine",
  "idb-keyval": "machine",
  localstorage: "process",
  "session-storage": "process",
};

/**
 * A store that keeps objects as raw items of an unstorage storage, with any of its drivers. unstorage treats `a/b`, `a:b`
 * and `a/b?x` as one key, so every segment is percent-encoded.
 *
 * Its type offers only what every driver guarantees: a reader may see a part of a write (`atomic` is false), and there
 * are no conditions, etags or attributes.
 *
 * - A list reads every object to find its size, because few drivers report it.
 * - A list is as complete as the driver's. In unstorage 1.17, the drivers `cloudflare-r2-binding` and `s3` silently stop
 *   after 1,000 keys: use `R2Store` and `S3Store` instead.
 * - The `fs` driver writes in place and leaves empty folders behind.
 *
 * @example
 * ```ts
 * import { UnstorageStore } from "edgewater/unstorage";
 * import memory from "unstorage/drivers/memory";
 *
 * const store = new UnstorageStore(memory());
 * ```
 */
export class UnstorageStore implements Named, Put, Get, Head, Delete, List {
  readonly name: string;
  /** That of the driver: memory is in one process, files and the storages of browsers are on one machine. */
  readonly reach: Reach;
  /** Whether a write is atomic depends on the driver. */
  readonly atomic = false;
  /** The storage; over a driver, it is made at the first call, which loads the package. */
  readonly #storage: () => Promise<Storage>;
  readonly #isOwn: boolean;

  /**
   * Creates a store over a driver or a storage.
   *
   * @param source a driver, or a storage; `close` disposes of a driver, but not of a storage
   */
  constructor(source: Driver | Storage) {
    checkValue("UnstorageStore", "source", source, required(withMethods("a driver or a storage of unstorage", "getKeys")));
    const isStorage = "getItemRaw" in source && "getMount" in source;
    let storage: Promise<Storage> | undefined = isStorage ? Promise.resolve(source) : undefined;
    this.#storage = () => {
      storage ??= storageOf(source as Driver);
      return storage;
    };
    this.#isOwn = !isStorage;
    const { name } = isStorage ? source.getMount("").driver : source;
    this.name = `UnstorageStore(${name ?? "unnamed driver"})`;
    this.reach = reaches[name ?? ""] ?? "anywhere";
  }

  async put(key: string, body: Body, options: PutOptions = {}): Promise<PutResult> {
    checkPlainVerbOptions(this.name, "put", options);
    const { signal } = options;
    const bytes = typeof body === "string" ? bytesOf(body) : body.slice();
    await this.#perform("write", key, signal, async () => (await this.#storage()).setItemRaw(itemKey(key), bytes));
    return { etag: undefined };
  }

  async get(key: string, options: GetOptions = {}): Promise<GetResult> {
    checkPlainVerbOptions(this.name, "get", options);
    const bytes = await this.#read(key, options.signal);
    return openedBytes(metaOf(key, bytes), bytes);
  }

  async head(key: string, options: HeadOptions = {}): Promise<ObjectMeta> {
    checkPlainVerbOptions(this.name, "head", options);
    return metaOf(key, await this.#read(key, options.signal));
  }

  async delete(keys: string | readonly string[], options: DeleteOptions = {}): Promise<void> {
    checkPlainVerbOptions(this.name, "delete", options);
    const { signal } = options;
    const all = checkKeys(this.name, keys);
    for (const key of all) await this.#perform("delete", key, signal, async () => (await this.#storage()).removeItem(itemKey(key)));
  }

  async *list(prefix = "", options: ListOptions = {}): AsyncGenerator<ObjectMeta, void, void> {
    checkPlainVerbOptions(this.name, "list", options);
    const { signal } = options;
    const start = checkPrefix(this.name, prefix);
    const call = { store: this.name, verb: "list", key: prefix, signal } as const;
    const found = await perform(call, async () => (await this.#storage()).getKeys(start === "" ? "" : itemKey(start.slice(0, -1))));
    const keys: string[] = [];
    for (const item of found) {
      const key = fromItemKey(item);
      if (key === undefined || !isKey(key)) reportLeftOut(options, item);
      else if (key.startsWith(start)) keys.push(key);
    }
    for (const key of keys.sort(compareUtf8)) {
      try {
        yield metaOf(key, await this.#read(key, signal));
      } catch (error) {
        if (!isEdgewaterError(error, "NotFound")) throw error;
      }
    }
  }

  /** Disposes of the driver and its connections. Does not dispose of a storage that was passed in. */
  async close(): Promise<void> {
    if (this.#isOwn) await (await this.#storage()).dispose();
  }

  /** Closes the store, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(key: string, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
    const value: unknown = await this.#perform("read", key, signal, async () => {
      const item: unknown = await this.#getItem(itemKey(key));
      // The drivers for folders resolve with an error instead of throwing it.
      if (item instanceof Error) throw item;
      return item;
    });
    if (value === null || value === undefined) throw notFound(this.name, key);
    if (typeof value === "string") return bytesOf(value);
    if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength).slice();
    const message = `Cannot read ${JSON.stringify(key)} in ${this.name}: the driver returned ${typeof value}; expected bytes`;
    throw new EdgewaterError("Unavailable", message, { store: this.name, key });
  }

  /** Reads an item. The `http` driver of unstorage 1.17 throws a TypeError of its own for one that is missing. */
  async #getItem(key: string): Promise<unknown> {
    try {
      return await (await this.#storage()).getItemRaw(key);
    } catch (cause) {
      if (!(cause instanceof TypeError) || (await (await this.#storage()).hasItem(key))) throw cause;
      return undefined;
    }
  }

  async #perform<Value>(
    verb: "read" | "write" | "delete",
    key: string,
    signal: AbortSignal | undefined,
    work: () => Value | Promise<Value>,
  ): Promise<Value> {
    checkKey(this.name, key);
    return perform({ store: this.name, verb, key, signal }, work, classify);
  }
}

/** What the status of an HTTP answer means, in the errors of drivers that use one. */
const codes: Readonly<Record<number, ErrorCode>> = {
  401: "Unauthenticated",
  403: "PermissionDenied",
  404: "NotFound",
  405: "NotSupported",
};

function statusOf(cause: unknown): number | undefined {
  const { status, statusCode, response } = (cause ?? {}) as {
    readonly status?: unknown;
    readonly statusCode?: unknown;
    readonly response?: { readonly status?: unknown };
  };
  return [status, statusCode, response?.status].find((each): each is number => typeof each === "number");
}

async function storageOf(driver: Driver): Promise<Storage> {
  const { createStorage } = await loadPeer("unstorage", "edgewater/unstorage", () => import("unstorage"));
  return createStorage({ driver });
}

/** Maps the HTTP statuses of drivers with a server, and the system error codes of the drivers that write files. */
const classify: Classify = (cause, { verb }) => {
  const status = statusOf(cause);
  if (status !== undefined && Object.hasOwn(codes, status)) {
    return { code: codes[status] ?? "Unavailable", reason: `the server of the driver answered with ${status}` };
  }
  const isInTheWay = ["EISDIR", "ENOTDIR", "EEXIST"].includes((cause as { code?: string } | null)?.code ?? "");
  if (!isInTheWay) return undefined;
  return verb === "write"
    ? { code: "NotSupported", reason: keyIsAlsoPrefix }
    : { code: "NotFound", reason: "a folder has its name, or an object the name of one of its folders" };
};

function metaOf(key: string, bytes: Uint8Array): ObjectMeta {
  return { key, size: bytes.byteLength, etag: undefined, lastModified: undefined };
}

/** The item key of an object. unstorage separates segments by colons, and gives `?`, a final `$` and some dots a meaning: all are encoded. */
function itemKey(key: string): string {
  const segments = key.split("/").map((segment) => encodeSegment(segment).replace(/~|^\./g, (found) => (found === "~" ? "%7E" : "%2E")));
  return segments.join(":");
}

/** The key of an item; undefined for an item that another program wrote. */
function fromItemKey(item: string): string | undefined {
  try {
    return item.split(":").map(decodeURIComponent).join("/");
  } catch {
    return undefined;
  }
}
