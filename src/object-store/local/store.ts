import { checkBody } from "../body.ts";
import { type Call, notFound, perform } from "../call.ts";
import { checkAttributes, checkMatch, resolveRange } from "../conditions.ts";
import { checkLimit } from "../page.ts";
import { checkKey, checkPrefix } from "../path.ts";
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
import { walk } from "./walk.ts";
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
 * import { LocalStore } from "edgewater/fs";
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

  /** @param root the folder, as a path or a `file:` URL; made by the first write */
  constructor(root: string | URL, { fsync = false }: LocalStoreOptions = {}) {
    this.#layout = new Layout(root);
    this.#attributes = new AttributeFiles(this.#layout);
    this.#writer = new Writer(this.#layout, this.#attributes, fsync);
    this.name = this.#layout.store;
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    checkKey(this.name, key);
    checkBody(body, this.name, key);
    const { mode = "overwrite", signal } = options;
    const attributes = checkAttributes(options, { store: this.name, key });
    const call = this.#call("write", key, signal);
    return { etag: await perform(call, () => this.#writer.put({ body, mode, attributes }, call), classify) };
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkKey(this.name, key);
    const call = this.#call("read", key, options.signal);
    return perform(call, () => this.#open(call, options), classify);
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    checkKey(this.name, key);
    return perform(
      this.#call("read", key, signal),
      () => {
        while (true) {
          const { stats } = this.#layout.locate(key);
          if (!stats?.isFile()) throw notFound(this.name, key);
          const meta = this.#metaOf(key, stats);
          if (meta !== undefined) return meta;
        }
      },
      classify,
    );
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = typeof keys === "string" ? [keys] : keys;
    for (const key of all) checkKey(this.name, key);
    for (const key of all) {
      const call = this.#call("delete", key, signal);
      await perform(call, () => this.#writer.delete(call), classify);
    }
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(
    prefix = "",
    { delimiter, startAfter, limit, signal }: PagedListOptions | DelimitedListOptions = {},
  ): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const start = checkPrefix(this.name, prefix);
    let rest = checkLimit(limit);
    const find = (): string => (start === "" ? this.#layout.root : this.#layout.locate(start.slice(0, -1)).path);
    const folder = await perform(this.#call("list", prefix, signal), find, classify);
    if (rest === 0) return;
    for await (const entry of walk(folder, start, { store: this.name, delimiter, startAfter, signal })) {
      yield entry;
      if (--rest === 0) return;
    }
  }

  /** Copies with little memory, through this process. */
  async copy(from: string, to: string, { mode = "overwrite", signal }: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkKey(this.name, to);
    const { meta, stream } = await this.get(from, { signal });
    return this.put(to, stream(), { mode, contentType: meta.contentType, metadata: meta.metadata, signal });
  }

  async #open(call: Call, options: FullGetOptions): Promise<GetResult<FullObjectMeta>> {
    const { key } = call;
    while (true) {
      const { path, stats: found } = this.#layout.locate(key);
      if (!found?.isFile()) throw notFound(this.name, key);
      // One open file gives the metadata and the bytes of one and the same object.
      const descriptor = await open(path, "r");
      try {
        const meta = this.#metaOf(key, fstatSync(descriptor, { bigint: true }));
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

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    return { store: this.name, verb, key, signal };
  }
}
