import { createStorage, type Driver, type Storage } from "unstorage";
import { compareUtf8 } from "../../encoding/utf8.ts";
import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { bytesOf, openedBytes } from "../body.ts";
import { type Classify, keyIsAlsoPrefix, notFound, perform } from "../call.ts";
import { checkKey, checkKeys, checkPrefix } from "../path.ts";
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

/**
 * Objects as raw items of an unstorage storage, which brings its many drivers. unstorage merges keys (`a/b`, `a:b` and
 * `a/b?x` are one), so every segment is percent-encoded.
 *
 * What unstorage cannot promise is not promised here either, and the type says so: whether a reader may see a part of a
 * write is up to the driver, and there are no conditions, etags or attributes.
 *
 * - A list reads every object to tell its size, because few drivers know it.
 * - A list is as complete as the driver's. Of unstorage 1.17, `cloudflare-r2-binding` and `s3` stop at the first 1,000
 *   keys without a word: use `R2Store` and `S3Store` there.
 * - The driver for folders writes in place, and leaves empty folders behind.
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
  readonly atomic = false;
  readonly #storage: Storage;
  readonly #isOwn: boolean;

  /** @param source a driver, or a storage, which stays the caller's to dispose of */
  constructor(source: Driver | Storage) {
    const isStorage = "getItemRaw" in source && "getMount" in source;
    this.#storage = isStorage ? source : createStorage({ driver: source as Driver });
    this.#isOwn = !isStorage;
    this.name = `UnstorageStore(${this.#storage.getMount("").driver.name ?? "unnamed driver"})`;
  }

  async put(key: string, body: Body, { signal }: PutOptions = {}): Promise<PutResult> {
    const bytes = typeof body === "string" ? bytesOf(body) : body.slice();
    await this.#perform("write", key, signal, () => this.#storage.setItemRaw(itemKey(key), bytes));
    return { etag: undefined };
  }

  async get(key: string, options: GetOptions = {}): Promise<GetResult> {
    const bytes = await this.#read(key, options.signal);
    return openedBytes(metaOf(key, bytes), bytes);
  }

  async head(key: string, options: HeadOptions = {}): Promise<ObjectMeta> {
    return metaOf(key, await this.#read(key, options.signal));
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = checkKeys(this.name, keys);
    for (const key of all) await this.#perform("delete", key, signal, () => this.#storage.removeItem(itemKey(key)));
  }

  async *list(prefix = "", { signal }: ListOptions = {}): AsyncGenerator<ObjectMeta, void, void> {
    const start = checkPrefix(this.name, prefix);
    const call = { store: this.name, verb: "list", key: prefix, signal } as const;
    const found = await perform(call, () => this.#storage.getKeys(start === "" ? "" : itemKey(start.slice(0, -1))));
    const keys = found.map(fromItemKey).filter((key) => key?.startsWith(start)) as string[];
    for (const key of keys.sort(compareUtf8)) {
      try {
        yield metaOf(key, await this.#read(key, signal));
      } catch (error) {
        if (!isEdgewaterError(error, "NotFound")) throw error;
      }
    }
  }

  /** Disposes of the driver, and with it of its connections; not of a storage that was passed in. */
  async close(): Promise<void> {
    if (this.#isOwn) await this.#storage.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(key: string, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
    const value: unknown = await this.#perform("read", key, signal, async () => {
      const item: unknown = await this.#storage.getItemRaw(itemKey(key));
      // The drivers for folders resolve with the error that they should have thrown.
      if (item instanceof Error) throw item;
      return item;
    });
    if (value === null || value === undefined) throw notFound(this.name, key);
    if (typeof value === "string") return bytesOf(value);
    if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength).slice();
    throw new EdgewaterError("Unavailable", `${this.name} holds ${JSON.stringify(key)} as something else than bytes`, {
      store: this.name,
      key,
    });
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

/** Drivers throw what they like; the two that write files tell by the system's codes that a folder is in the way. */
const classify: Classify = (cause, { verb }) => {
  const isInTheWay = ["EISDIR", "ENOTDIR", "EEXIST"].includes((cause as { code?: string } | null)?.code ?? "");
  if (!isInTheWay) return undefined;
  return verb === "write"
    ? { code: "NotSupported", reason: keyIsAlsoPrefix }
    : { code: "NotFound", reason: "a folder or an object is in the way" };
};

function metaOf(key: string, bytes: Uint8Array): ObjectMeta {
  return { key, size: bytes.byteLength, etag: undefined, lastModified: undefined };
}

/** unstorage's separator is a colon. A trailing `$` would mean metadata to it and a `?` a query: all are encoded. */
function itemKey(key: string): string {
  return key.split("/").map(encodeSegment).join(":");
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*~]|^\./g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The key of an item, or undefined for one that is not ours. */
function fromItemKey(item: string): string | undefined {
  try {
    return item.split(":").map(decodeURIComponent).join("/");
  } catch {
    return undefined;
  }
}
