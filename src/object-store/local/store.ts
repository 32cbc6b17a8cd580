import { throwIfAborted } from "../../errors.ts";
import { aBoolean, aName, aURL, checkOptions, checkValue, either, type OptionKinds, required } from "../../options.ts";
import { checkBody } from "../body.ts";
import { type Call, explain, notFound, type Perform, performer } from "../call.ts";
import { checkAttributes, checkMatch, resolveRange } from "../conditions.ts";
import { copyThrough } from "../copy.ts";
import { checkLimit, keysOnly } from "../page.ts";
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
import { AttributeFiles } from "./attributes.ts";
import { etagOf, metaOf } from "./etag.ts";
import { closeSync, fstatSync, open } from "./fs.ts";
import { Layout, type Stats } from "./layout.ts";
import { listEntries } from "./list.ts";
import { OpenFiles } from "./read.ts";
import { classify } from "./system-error.ts";
import { Writer } from "./writer.ts";

/** Options of a {@link LocalStore}. */
export interface LocalStoreOptions {
  /** Syncs the file and its folder to the disk before a write resolves, so it survives a power loss. Slower. Default: false. */
  readonly fsync?: boolean;
}

const kinds: OptionKinds<LocalStoreOptions> = { fsync: aBoolean };

/**
 * A store that keeps objects as files below a folder: the key `v1/quakes.superjson` is the file `v1/quakes.superjson`.
 * A write goes to a temporary file and is published by a rename, so a reader sees the old object or the new one, never
 * a part. It survives a crash of the process, and with `fsync` a power loss.
 *
 * Conditions hold across all processes that write through a `LocalStore`. The first write removes what dead processes
 * left behind. File names escape capital letters and characters that some file system does not allow, so two keys never
 * share a file. Content type and metadata are below `.meta~`.
 *
 * A file system cannot hold a key that is also a prefix of another (`a` and `a/b`): the second write is refused with
 * `NotSupported`. A symbolic link that leads out of the folder is refused with `PermissionDenied`. Lists skip links.
 *
 * @example
 * ```ts
 * import { LocalStore } from "edgewater/local";
 *
 * const store = new LocalStore(".edgewater");
 * const { etag } = await store.put("v1/greeting.txt", "hello", { mode: "create", contentType: "text/plain" });
 * ```
 */
export class LocalStore implements FullObjectStore {
  readonly name: string;
  readonly #layout: Layout;
  readonly #attributes: AttributeFiles;
  readonly #writer: Writer;
  readonly #openFiles = new OpenFiles();
  readonly #perform: Perform;

  /**
   * Creates a store over a folder.
   *
   * @param root the folder, as a path or a `file:` URL; the first write creates it
   */
  constructor(root: string | URL, options: LocalStoreOptions = {}) {
    checkValue("LocalStore", "root", root, required(either(aName, aURL)));
    checkOptions("LocalStore", options, kinds);
    const { fsync = false } = options;
    this.#layout = new Layout(root);
    this.#attributes = new AttributeFiles(this.#layout);
    this.#writer = new Writer(this.#layout, this.#attributes, fsync);
    this.name = this.#layout.store;
    this.#perform = performer(this.name, classify);
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    const { mode = "overwrite", signal } = options;
    return this.#perform("write", key, signal, async (call) => {
      checkBody(body, call);
      const attributes = checkAttributes(options, call);
      return { etag: await this.#writer.put({ body, mode, attributes }, call) };
    });
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    return this.#perform("read", key, options.signal, (call) => this.#open(call, options));
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    return this.#perform("read", key, signal, () => this.#find(key, (_, stats) => this.#metaOf(key, stats)));
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    for (const key of checkKeys(this.name, keys)) await this.#perform("delete", key, signal, (call) => this.#writer.delete(call));
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(prefix = "", options: PagedListOptions | DelimitedListOptions = {}): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const start = checkPrefix(this.name, prefix);
    const { delimiter, startAfter, limit, signal } = options;
    let rest = checkLimit(limit);
    const call = { store: this.name, verb: "list", key: prefix, signal } as const;
    throwIfAborted(signal, call);
    try {
      const folder = start === "" ? this.#layout.root : this.#layout.locate(start.slice(0, -1)).path;
      for await (const entry of keysOnly(listEntries(folder, start, { delimiter, startAfter, call }), options)) {
        if (--rest < 0) return;
        yield entry;
      }
    } catch (cause) {
      throw explain(call, cause, classify);
    }
  }

  async copy(from: string, to: string, options?: ConditionalCopyOptions): Promise<PutResult> {
    return copyThrough(this, from, to, options);
  }

  #open(call: Call, options: FullGetOptions): Promise<GetResult<FullObjectMeta>> {
    return this.#find(call.key, async (path) => {
      // Metadata and bytes come from the same open file, so they belong to the same object.
      const descriptor = await open(path, "r");
      try {
        const meta = this.#metaOf(call.key, fstatSync(descriptor, { bigint: true }));
        if (meta !== undefined) {
          checkMatch(options, meta.etag, call);
          const range = resolveRange(options.range, meta.size, call);
          return this.#openFiles.opened(meta, { descriptor, ...range }, call);
        }
      } catch (error) {
        closeSync(descriptor);
        throw error;
      }
      closeSync(descriptor);
      return undefined;
    });
  }

  /** Reads an object; again if it was replaced meanwhile, which `read` reports by undefined. */
  async #find<Value>(key: string, read: (path: string, stats: Stats) => Value | undefined | Promise<Value | undefined>): Promise<Value> {
    while (true) {
      const { path, stats } = this.#layout.locate(key);
      if (!stats?.isFile()) throw notFound(this.name, key);
      const found = await read(path, stats);
      if (found !== undefined) return found;
    }
  }

  /** The metadata of an object; undefined if it was replaced, and its attributes removed, before they were read. */
  #metaOf(key: string, stats: Stats): FullObjectMeta | undefined {
    const meta = metaOf(key, stats);
    const attributes = this.#attributes.read(key, etagOf(stats));
    if (attributes === undefined) {
      const now = this.#layout.locate(key).stats;
      if (now === undefined || etagOf(now) !== meta.etag) return undefined;
    }
    return { ...meta, contentType: attributes?.contentType, metadata: attributes?.metadata ?? {} };
  }
}
