/**
 * The store that keeps objects in the memory of the process.
 *
 * @module
 */
import { compareUtf8 } from "../../encoding/utf8.ts";
import { throwIfAborted } from "../../errors.ts";
import { checkBody, collect, openedBytes } from "../body.ts";
import { notFound, performer } from "../call.ts";
import { checkAttributes, checkMatch, checkMode, resolveRange } from "../conditions.ts";
import { copyThrough } from "../copy.ts";
import { pageOf } from "../page.ts";
import { checkKeys, checkPrefix } from "../path.ts";
import type {
  CommonPrefix,
  ConditionalCopyOptions,
  DeleteOptions,
  DelimitedListOptions,
  FullGetOptions,
  FullObjectMeta,
  FullObjectStore,
  FullPutOptions,
  GetResult,
  HeadOptions,
  ObjectMeta,
  PagedListOptions,
  PutResult,
  StreamBody,
} from "../types.ts";
import { checkVerbOptions } from "../verb-options.ts";

interface Entry {
  readonly meta: FullObjectMeta;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A store that keeps objects in memory: for tests, and for values that need not outlive the process. It copies what is
 * put and what is read, so callers cannot change an object. It has every capability of the port.
 *
 * @example
 * ```ts
 * const store = new MemoryStore();
 * await store.put("greeting.txt", "hello");
 * await (await store.get("greeting.txt")).text(); // "hello"
 * ```
 */
export class MemoryStore implements FullObjectStore {
  /** Every write gives the object another etag. */
  readonly etags = "write";
  readonly name = "MemoryStore";
  readonly reach = "process";
  readonly #perform = performer(this.name);
  readonly #objects = new Map<string, Entry>();
  #writes = 0;

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "put", options);
    const { mode = "overwrite", signal } = options;
    return this.#perform("write", key, signal, async (call) => {
      checkBody(body, call);
      const { contentType, metadata = {} } = checkAttributes(options, call) ?? {};
      checkMode(mode, this.#objects.get(key)?.meta.etag, call);
      const bytes = await collect(body, call);
      throwIfAborted(signal, call);
      // No await from here on, so the object that was checked is the one that is replaced.
      checkMode(mode, this.#objects.get(key)?.meta.etag, call);
      const etag = `"${++this.#writes}"`;
      this.#objects.set(key, { meta: { key, size: bytes.byteLength, etag, lastModified: new Date(), contentType, metadata }, bytes });
      return { etag };
    });
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkVerbOptions(this.name, "get", options);
    return this.#perform("read", key, options.signal, (call) => {
      const { meta, bytes } = this.#entry(key);
      checkMatch(options, meta.etag, call);
      const { start, end } = resolveRange(options.range, meta.size, call);
      return openedBytes(copyOf(meta), bytes.slice(start, end));
    });
  }

  async head(key: string, options: HeadOptions = {}): Promise<FullObjectMeta> {
    checkVerbOptions(this.name, "head", options);
    const { signal } = options;
    return this.#perform("read", key, signal, () => copyOf(this.#entry(key).meta));
  }

  async delete(keys: string | readonly string[], options: DeleteOptions = {}): Promise<void> {
    checkVerbOptions(this.name, "delete", options);
    const { signal } = options;
    const all = checkKeys(this.name, keys);
    throwIfAborted(signal, { store: this.name });
    for (const key of all) this.#objects.delete(key);
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(prefix = "", options: PagedListOptions | DelimitedListOptions = {}): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    checkVerbOptions(this.name, "list", options);
    const { signal, ...page } = options;
    const start = checkPrefix(this.name, prefix);
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(start)).sort(compareUtf8);
    for (const entry of pageOf(keys, start, page)) {
      throwIfAborted(signal, { store: this.name });
      if (entry.endsWith("/")) {
        yield { prefix: entry };
        continue;
      }
      const found = this.#objects.get(entry);
      if (found) yield listed(found.meta);
    }
  }

  async copy(from: string, to: string, options: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "copy", options);
    return copyThrough(this, from, to, options);
  }

  #entry(key: string): Entry {
    const entry = this.#objects.get(key);
    if (entry === undefined) throw notFound(this.name, key);
    return entry;
  }
}

function copyOf(meta: FullObjectMeta): FullObjectMeta {
  return { ...meta, metadata: { ...meta.metadata } };
}

function listed({ key, size, etag, lastModified }: FullObjectMeta): ObjectMeta {
  return { key, size, etag, lastModified };
}
