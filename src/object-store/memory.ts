import { throwIfAborted } from "../errors.ts";
import { bytesOf, openedBytes } from "./body.ts";
import { notFound } from "./call.ts";
import { checkKey, checkPrefix, compareUtf8 } from "./path.ts";
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
} from "./types.ts";

interface Entry {
  readonly meta: ObjectMeta;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Objects in the memory of this process: for tests, and for values that need not survive it. Holds copies, so that
 * nobody changes an object from outside. Every promise of the port holds; durability ends with the process.
 *
 * @example
 * ```ts
 * const store = new MemoryStore();
 * await store.put("greeting.txt", "hello");
 * await (await store.get("greeting.txt")).text(); // "hello"
 * ```
 */
export class MemoryStore implements ObjectStore {
  readonly name = "MemoryStore";
  readonly #objects = new Map<string, Entry>();
  #writes = 0;

  async put(key: string, body: Body, { signal }: PutOptions = {}): Promise<PutResult> {
    checkKey(this.name, key);
    throwIfAborted(signal, { store: this.name, key });
    const bytes = typeof body === "string" ? bytesOf(body) : body.slice();
    const etag = `"${++this.#writes}"`;
    const meta = { key, size: bytes.byteLength, etag, lastModified: new Date() };
    this.#objects.set(key, { meta, bytes });
    return { etag };
  }

  async get(key: string, { signal }: GetOptions = {}): Promise<GetResult> {
    const { meta, bytes } = this.#entry(key, signal);
    return openedBytes(meta, bytes.slice());
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<ObjectMeta> {
    return this.#entry(key, signal).meta;
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = typeof keys === "string" ? [keys] : keys;
    for (const key of all) checkKey(this.name, key);
    throwIfAborted(signal, { store: this.name });
    for (const key of all) this.#objects.delete(key);
  }

  async *list(prefix = "", { signal }: ListOptions = {}): AsyncGenerator<ObjectMeta, void, void> {
    const start = checkPrefix(this.name, prefix);
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(start)).sort(compareUtf8);
    for (const key of keys) {
      throwIfAborted(signal, { store: this.name });
      const entry = this.#objects.get(key);
      if (entry) yield entry.meta;
    }
  }

  #entry(key: string, signal: AbortSignal | undefined): Entry {
    checkKey(this.name, key);
    throwIfAborted(signal, { store: this.name, key });
    const entry = this.#objects.get(key);
    if (entry === undefined) throw notFound(this.name, key);
    return entry;
  }
}
