import { throwIfAborted } from "../../errors.ts";
import { aBoolean, aName, aSignal, aURL, checkOptions, checkValue, either, type OptionKinds, oneOf, required } from "../../options.ts";
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
import { checkVerbOptions } from "../verb-options.ts";
import { crc32OfOpen } from "./file-bytes.ts";
import { type FileStats, statsOfOpen } from "./file-stats.ts";
import { closeSync, openSync } from "./fs.ts";
import { Layout } from "./layout.ts";
import { Listing, metaOf } from "./list.ts";
import { type Identity, Lookup } from "./lookup.ts";
import { OpenFiles } from "./read.ts";
import { plainEtag } from "./stamp.ts";
import { classify, ifThereSync } from "./system-error.ts";
import { Writer } from "./write.ts";

/** Options of a {@link LocalStore}. */
export interface LocalStoreOptions {
  /** Syncs the file and its folder to the disk before a write resolves, so it survives a power loss. Slower. Default: false. */
  readonly fsync?: boolean;
  /**
   * From where the same folder can be reached: `"anywhere"` for one that every machine has mounted. Executors that run steps on
   * other machines refuse a folder of this machine. Default: `"machine"`.
   */
  readonly reach?: "machine" | "anywhere";
  /**
   * `escaped`: capital letters, and characters that some disk cannot hold, are escaped in file names, so that no two keys share a file on
   * any disk. `plain`: every file has the name of its key, as files of other programs have, such as those of a Delta table. Names that the
   * system cannot hold are refused with `NotSupported`, as is one that the disk takes for another because it ignores case. All stores
   * over a folder use the same. Default: `"escaped"`.
   */
  readonly names?: "escaped" | "plain";
}

/** Options of {@link LocalStore.accept}. */
export interface AcceptOptions {
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Whether an object of a {@link LocalStore} is what was written.
 *
 * | state | meaning |
 * |-|-|
 * | `written` | The file has the size and time of the write. Reading the whole object checks its bytes |
 * | `copied` | The file has another time, but the bytes that were written: its folder was copied without times |
 * | `changed` | The file has other bytes than those that were written: an edit or damage. Its attributes are those of the earlier bytes |
 * | `plain` | Nothing is known about its bytes: the object has no attributes, or another program made the file |
 */
export type LocalObjectState = "written" | "copied" | "changed" | "plain";

/** The metadata of an object in a {@link LocalStore}. */
export interface LocalObjectMeta extends FullObjectMeta {
  /** Whether the object is what was written. */
  readonly state: LocalObjectState;
}

const kinds: OptionKinds<LocalStoreOptions> = { fsync: aBoolean, reach: oneOf("machine", "anywhere"), names: oneOf("escaped", "plain") };

/**
 * A store that keeps objects as files below a folder: the key `v1/quakes.superjson` is the file `v1/quakes.superjson`.
 * A write goes to a temporary file and is published by a rename, so a reader sees the old object or the new one, never
 * a part. It survives a crash of the process, and with `fsync` a power loss.
 *
 * Conditions hold across all processes that write through a `LocalStore`. The first write removes what dead processes
 * left behind. File names escape capital letters and characters that some file system does not allow, so two keys never
 * share a file; with `names: "plain"` they do not, for folders of other programs. Content type and metadata are below `.meta~`, with a checksum of the bytes and the etag. They belong to the
 * file also in a copy of the folder, and on every runtime. If a whole object is read and its bytes are damaged, it is refused
 * with `Integrity`; if the file was edited, its `state` is `changed` until it is written again or accepted with `accept`.
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
  /** Every write gives the object another etag. */
  readonly etags = "write";
  readonly name: string;
  readonly reach: "machine" | "anywhere";
  readonly #layout: Layout;
  readonly #lookup: Lookup;
  readonly #writer: Writer;
  readonly #openFiles = new OpenFiles();
  readonly #perform: Perform;
  /** By key: the identities for which the bytes of a file that does not fit its record were compared, and the result. */
  readonly #compared = new Map<string, { readonly of: string; readonly isEqual: boolean }>();

  /**
   * Creates a store over a folder.
   *
   * @param root the folder, as a path or a `file:` URL; the first write creates it
   */
  constructor(root: string | URL, options: LocalStoreOptions = {}) {
    checkValue("LocalStore", "root", root, required(either(aName, aURL)));
    checkOptions("LocalStore", options, kinds);
    const { fsync = false, reach = "machine", names = "escaped" } = options;
    this.reach = reach;
    this.#layout = new Layout(root, names);
    this.#lookup = new Lookup(this.#layout);
    this.#writer = new Writer(this.#layout, this.#lookup, fsync);
    this.name = this.#layout.store;
    this.#perform = performer(this.name, classify);
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "put", options);
    const { mode = "overwrite", signal } = options;
    return this.#perform("write", key, signal, async (call) => {
      checkBody(body, call);
      const attributes = checkAttributes(options, call);
      return { etag: await this.#writer.put({ body, mode, attributes }, call) };
    });
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<LocalObjectMeta>> {
    checkVerbOptions(this.name, "get", options);
    return this.#perform("read", key, options.signal, async (call) => {
      while (true) {
        const opened = await this.#open(call, options);
        if (opened !== undefined) return opened;
      }
    });
  }

  async head(key: string, options: HeadOptions = {}): Promise<LocalObjectMeta> {
    checkVerbOptions(this.name, "head", options);
    const { signal } = options;
    return this.#perform("read", key, signal, async () => {
      const { path, stats, ...identity } = this.#lookup.find(key);
      this.#lookup.requireRecord(key, identity);
      const state = await this.#stateOf(key, stats, identity, async () => {
        const file = openSync(path, "r");
        try {
          return await crc32OfOpen(file, stats.size);
        } finally {
          closeSync(file);
        }
      });
      return toMeta(key, stats, identity, state);
    });
  }

  async delete(keys: string | readonly string[], options: DeleteOptions = {}): Promise<void> {
    checkVerbOptions(this.name, "delete", options);
    const { signal } = options;
    for (const key of checkKeys(this.name, keys)) await this.#perform("delete", key, signal, (call) => this.#writer.delete(call));
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(prefix = "", options: PagedListOptions | DelimitedListOptions = {}): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    checkVerbOptions(this.name, "list", options);
    const start = checkPrefix(this.name, prefix);
    const { delimiter, startAfter, limit, signal } = options;
    let rest = checkLimit(limit);
    const call = { store: this.name, verb: "list", key: prefix, signal } as const;
    throwIfAborted(signal, call);
    try {
      const folder = start === "" ? this.#layout.root : this.#layout.locate(start.slice(0, -1)).path;
      const listing = new Listing(this.#layout, this.#lookup, { delimiter, startAfter, call });
      for await (const entry of keysOnly(listing.entries(folder, start), options)) {
        if (--rest < 0) return;
        yield entry;
      }
    } catch (cause) {
      throw explain(call, cause, classify);
    }
  }

  async copy(from: string, to: string, options: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "copy", options);
    return copyThrough(this, from, to, options);
  }

  /**
   * Takes an object as its file is now, after an edit with another program. What was stored with the earlier bytes, its
   * content type and metadata, is removed, and so is the checksum. Does nothing if the bytes are those that were written.
   *
   * @returns the etag of the object
   * @throws `NotFound`, and the errors of `put`
   *
   * @example
   * ```ts
   * await writeFile("data/v1/names.superjson", edited);
   * await store.accept("v1/names.superjson"); // loads again, with the new bytes
   * ```
   */
  async accept(key: string, options: AcceptOptions = {}): Promise<PutResult> {
    checkOptions(`${this.name}.accept`, options, { signal: aSignal });
    const { signal } = options;
    return this.#perform("write", key, signal, async (call) => ({ etag: await this.#writer.accept(call) }));
  }

  /** Opens an object; undefined if it was replaced meanwhile. */
  async #open(call: Call, options: FullGetOptions): Promise<GetResult<LocalObjectMeta> | undefined> {
    const { path, stats: found } = this.#layout.locate(call.key);
    if (!found?.isFile) throw notFound(this.name, call.key);
    const descriptor = ifThereSync(() => openSync(path, "r"));
    if (descriptor === undefined) return undefined;
    let isTaken = false;
    try {
      // Metadata and bytes come from the same open file, so they belong to the same object.
      const stats = statsOfOpen(descriptor);
      const identity = this.#lookup.identify(call.key, stats);
      if (identity === undefined) return undefined;
      this.#lookup.requireRecord(call.key, identity);
      checkMatch(options, identity.etag, call);
      const range = resolveRange(options.range, stats.size, call);
      const state = await this.#stateOf(call.key, stats, identity, () => crc32OfOpen(descriptor, stats.size));
      const isWhole = range.start === 0 && range.end === stats.size;
      const crc32 = isWhole && (state === "written" || state === "copied") ? identity.record?.crc32 : undefined;
      const opened = this.#openFiles.opened(toMeta(call.key, stats, identity, state), { descriptor, ...range, crc32 }, call);
      isTaken = true;
      return opened;
    } finally {
      if (!isTaken) closeSync(descriptor);
    }
  }

  /** Reads the bytes only if nothing else shows the state, and then once. */
  async #stateOf(key: string, stats: FileStats, identity: Identity, readCrc: () => Promise<string>): Promise<LocalObjectState> {
    const { record, isWritten } = identity;
    if (isWritten) return "written";
    if (record === undefined) return "plain";
    if (record.size !== stats.size) return "changed";
    const of = `${record.etag} ${plainEtag(stats)} ${stats.ino} ${stats.changedMs}`;
    let compared = this.#compared.get(key);
    if (compared?.of !== of) {
      compared = { of, isEqual: (await readCrc()) === record.crc32 };
      this.#compared.set(key, compared);
    }
    return compared.isEqual ? "copied" : "changed";
  }
}

function toMeta(key: string, stats: FileStats, { etag, attributes }: Identity, state: LocalObjectState): LocalObjectMeta {
  return { ...metaOf(key, stats, etag), contentType: attributes.contentType, metadata: attributes.metadata ?? {}, state };
}
