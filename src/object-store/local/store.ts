import { throwIfAborted } from "../../errors.ts";
import { checkBody } from "../body.ts";
import { type Call, explain, notFound, type Perform, performer } from "../call.ts";
import { checkAttributes, checkMatch, resolveRange } from "../conditions.ts";
import { copyThrough } from "../copy.ts";
import { checkLimit } from "../page.ts";
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
import { OpenFiles } from "./read.ts";
import { classify } from "./system-error.ts";
import { Writer } from "./writer.ts";

export interface LocalStoreOptions {
  /** Brings every write to the disk before it resolves: the file, and the folder that names it. Takes its time. */
  readonly fsync?: boolean;
}

/**
 * Objects as files below a folder: the key `v1/quakes.superjson` is the file `v1/quakes.superjson`. A write goes to a
 * temporary file first and is published by a rename, so that a reader sees the old object or the new one, never a part.
 * It survives a crash of the process; with `fsync` it survives a loss of power as well.
 *
 * Conditions hold among all processes that write through a `LocalStore`, and what a dead process has left is tidied up by
 * the first write of the next. Capital letters and what some disk cannot hold are escaped in the names of the files, so
 * that no two keys ever meet. Content type and metadata lie below `.meta~`.
 *
 * A file system cannot hold a key that is also a prefix of another (`a` and `a/b`): the second is refused with
 * `NotSupported`. A symbolic link that leads out of the folder is refused with `PermissionDenied`; no link is listed.
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

  /** @param root the folder, as a path or a `file:` URL; made by the first write */
  constructor(root: string | URL, { fsync = false }: LocalStoreOptions = {}) {
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
  async *list(
    prefix = "",
    { delimiter, startAfter, limit, signal }: PagedListOptions | DelimitedListOptions = {},
  ): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const start = checkPrefix(this.name, prefix);
    let rest = checkLimit(limit);
    const { walk } = await import("./walk.ts");
    const call = { store: this.name, verb: "list", key: prefix, signal } as const;
    throwIfAborted(signal, call);
    try {
      const folder = start === "" ? this.#layout.root : this.#layout.locate(start.slice(0, -1)).path;
      for await (const entry of walk(folder, start, { delimiter, startAfter, call })) {
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
      // One open file gives the metadata and the bytes of one and the same object.
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

  /** Looks for an object until what is asked of it has an answer. */
  async #find<Value>(key: string, ask: (path: string, stats: Stats) => Value | undefined | Promise<Value | undefined>): Promise<Value> {
    while (true) {
      const { path, stats } = this.#layout.locate(key);
      if (!stats?.isFile()) throw notFound(this.name, key);
      const answer = await ask(path, stats);
      if (answer !== undefined) return answer;
    }
  }

  /** All that is known of an object; undefined when it was replaced before its attributes were read, which are gone then. */
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
