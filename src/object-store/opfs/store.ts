import { checkBody, sizeOf } from "../body.ts";
import { withinQuota } from "../browser/quota.ts";
import { type Call, perform } from "../call.ts";
import { checkAttributes } from "../conditions.ts";
import { copyThrough } from "../copy.ts";
import { checkLimit, keysOnly } from "../page.ts";
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
import { checkVerbOptions } from "../verb-options.ts";
import { classify, Folder } from "./folder.ts";
import { listEntries } from "./list.ts";
import { head, open } from "./read.ts";
import { Writer } from "./write.ts";

/**
 * A store that keeps objects as files in a folder of the Origin Private File System. A write goes to a temporary file
 * and is published by moving it, so a reader sees the old object or the new one, never a part. It survives a crash of
 * the tab and of the browser. A power loss may damage the last writes; reading them fails with `Integrity`.
 *
 * Files are published and removed under a Web Lock, so conditions hold across all tabs and workers of the origin. What a
 * crash left behind is never listed; the first write that finds no other writer removes it. Each file ends with the etag
 * and the attributes of its object.
 *
 * In a dedicated worker it writes through a sync access handle, several times as fast as in a window. Where the browser
 * lacks `FileSystemFileHandle.move`, writes are refused with `NotSupported`.
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
  /** Every write gives the object another etag. */
  readonly etags = "write";
  readonly name: string;
  readonly reach = "machine";
  readonly #folder: Folder;
  readonly #writer: Writer;

  /**
   * Creates a store over a folder.
   *
   * @param folder the name of the folder below the origin's root; the first write creates it
   */
  constructor(folder: string) {
    this.name = `OPFSStore(${folder})`;
    checkKey(this.name, folder);
    this.#folder = new Folder(this.name, folder);
    this.#writer = new Writer(this.#folder, `edgewater/opfs-writers/${folder}`);
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "put", options);
    checkKey(this.name, key);
    checkBody(body, { store: this.name, key });
    const { mode = "overwrite", signal } = options;
    const attributes = checkAttributes(options, { store: this.name, key });
    const call = this.#call("write", key, signal);
    let received = 0;
    const count = (bytes: number): void => {
      received += bytes;
    };
    const write = (): Promise<string> => this.#writer.put({ body, mode, attributes, count }, call);
    return { etag: await perform(call, () => withinQuota(call, () => sizeOf(body) ?? received, write), classify) };
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkVerbOptions(this.name, "get", options);
    checkKey(this.name, key);
    const call = this.#call("read", key, options.signal);
    return perform(call, () => open(this.#folder, call, options), classify);
  }

  async head(key: string, options: HeadOptions = {}): Promise<FullObjectMeta> {
    checkVerbOptions(this.name, "head", options);
    const { signal } = options;
    checkKey(this.name, key);
    const call = this.#call("read", key, signal);
    return perform(call, () => head(this.#folder, call), classify);
  }

  async delete(keys: string | readonly string[], options: DeleteOptions = {}): Promise<void> {
    checkVerbOptions(this.name, "delete", options);
    const { signal } = options;
    const all = checkKeys(this.name, keys);
    const calls = all.map((key) => this.#call("delete", key, signal));
    await perform(this.#call("delete", all.join(", "), signal), () => this.#writer.delete(calls), classify);
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(prefix = "", options: PagedListOptions | DelimitedListOptions = {}): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    checkVerbOptions(this.name, "list", options);
    const start = checkPrefix(this.name, prefix);
    const { delimiter, startAfter, limit, signal } = options;
    let rest = checkLimit(limit);
    if (rest === 0) return;
    const entries = listEntries(start, { folder: this.#folder, delimiter, startAfter, limit: rest, signal });
    for await (const entry of keysOnly(entries, options)) {
      yield entry;
      if (--rest === 0) return;
    }
  }

  /** Copies as a stream, through this tab. */
  async copy(from: string, to: string, options: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "copy", options);
    return copyThrough(this, from, to, options);
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    return { store: this.name, verb, key, signal };
  }
}
