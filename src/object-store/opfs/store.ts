import { checkBody, sizeOf } from "../body.ts";
import { estimate, persist, type SpaceEstimate, withinQuota } from "../browser/quota.ts";
import { type Call, perform } from "../call.ts";
import { checkAttributes } from "../conditions.ts";
import { checkLimit } from "../page.ts";
import { checkKey, checkKeys, checkPrefix } from "../path.ts";
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
import { classify, Folder } from "./folder.ts";
import { head, open } from "./read.ts";
import { walk } from "./walk.ts";
import { Writer } from "./write.ts";

/**
 * Objects as files in a folder of the Origin Private File System. A write goes to a file of its own first and is
 * published by moving it, so that a reader sees the old object or the new one, never a part. It survives a crash of the tab
 * and of the browser; a loss of power may damage what was written last, which is then refused with `Integrity`.
 *
 * Names change under a Web Lock alone, and so conditions hold against every tab and worker of the origin. What a crash has
 * left is never listed, and is removed by the first write that finds nobody else writing. Each file ends with the etag
 * and the attributes of its object.
 *
 * In a dedicated worker it writes through a sync handle, several times as fast as in a window. Where the browser has no
 * `FileSystemFileHandle.move`, a write is refused with `NotSupported`.
 *
 * @example
 * ```ts
 * import { OPFSStore } from "edgewater/opfs";
 *
 * const store = new OPFSStore("quakes");
 * const { etag } = await store.put("v1/greeting.txt", "hello", { mode: "create", contentType: "text/plain" });
 * ```
 */
export class OPFSStore implements FullObjectStore {
  readonly name: string;
  readonly #folder: Folder;
  readonly #writer: Writer;

  /** @param folder name of the folder below the origin's root; made by the first write */
  constructor(folder: string) {
    this.name = `OPFSStore(${folder})`;
    checkKey(this.name, folder);
    this.#folder = new Folder(this.name, folder);
    this.#writer = new Writer(this.#folder, `edgewater/opfs-writers/${folder}`);
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    checkKey(this.name, key);
    checkBody(body, { store: this.name, key });
    const { mode = "overwrite", signal } = options;
    const attributes = checkAttributes(options, { store: this.name, key });
    const call = this.#call("write", key, signal);
    let come = 0;
    const count = (bytes: number): void => {
      come += bytes;
    };
    const write = (): Promise<string> => this.#writer.put({ body, mode, attributes, count }, call);
    return { etag: await perform(call, () => withinQuota(call, () => sizeOf(body) ?? come, write), classify) };
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkKey(this.name, key);
    const call = this.#call("read", key, options.signal);
    return perform(call, () => open(this.#folder, call, options), classify);
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<FullObjectMeta> {
    checkKey(this.name, key);
    const call = this.#call("read", key, signal);
    return perform(call, () => head(this.#folder, call), classify);
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = checkKeys(this.name, keys);
    const calls = all.map((key) => this.#call("delete", key, signal));
    await perform(this.#call("delete", all.join(", "), signal), () => this.#writer.delete(calls), classify);
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(
    prefix = "",
    { delimiter, startAfter, limit, signal }: PagedListOptions | DelimitedListOptions = {},
  ): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const start = checkPrefix(this.name, prefix);
    let rest = checkLimit(limit);
    if (rest === 0) return;
    for await (const entry of walk(start, { folder: this.#folder, delimiter, startAfter, limit: rest, signal })) {
      yield entry;
      if (--rest === 0) return;
    }
  }

  /** Copies with little memory, through this tab. */
  async copy(from: string, to: string, { mode = "overwrite", signal }: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkKey(this.name, to);
    const { meta, stream } = await this.get(from, { signal });
    return this.put(to, stream(), { mode, contentType: meta.contentType, metadata: meta.metadata, signal });
  }

  /** What the origin uses of its quota. */
  estimate(): Promise<SpaceEstimate> {
    return estimate();
  }

  /** Asks the browser never to throw the origin's data away by itself; tells whether it will not. */
  persist(): Promise<boolean> {
    return persist();
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    return { store: this.name, verb, key, signal };
  }
}
