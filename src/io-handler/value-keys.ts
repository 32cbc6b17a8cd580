import type { Delete, Get, Guarantees, Head, Named, Put } from "../object-store/types.ts";
import type { InputContext, OutputContext } from "./contexts.ts";
import { type HistoryOptions, historyOf, type StoreHistory } from "./history.ts";
import { folderKey, type ValueName, valueKey } from "./key-layout.ts";
import { inspectObject, type WriteTarget } from "./stored-object.ts";

/** The keys of a handler's values in its store: one for each asset or partition, or with history one for each version. */
export class ValueKeys {
  readonly history: StoreHistory | undefined;
  readonly prefix: string;
  readonly extension: string;
  readonly #store: Named & Get & Guarantees & Partial<Head & Delete>;

  /** @throws `SettingsError` for a store that cannot keep a history */
  constructor(owner: string, store: Named & Put & Get, prefix: string, extension: string, history: boolean | HistoryOptions | undefined) {
    this.history = historyOf(owner, store, prefix, extension, history);
    this.#store = store;
    this.prefix = prefix;
    this.extension = extension;
  }

  /** The key of the one value of an asset or partition without history. */
  ofPlace(place: ValueName): string {
    return valueKey(this.prefix, place, this.extension);
  }

  /** The first part of the keys of a value and its partitions. */
  folderOf(place: ValueName): string {
    return folderKey(this.prefix, place);
  }

  /** What names the place of a value: its key, or with history the folder of its versions. */
  nameOf(place: ValueName): string {
    return this.history?.folderOf(place) ?? this.ofPlace(place);
  }

  /** The key that a value is read from. With history the record names it; a value from before history is where it was. */
  toRead(context: InputContext): string {
    const recorded = this.history && context.upstream?.stored?.path;
    return recorded ?? this.ofPlace(context);
  }

  /**
   * Where a value is written.
   *
   * @param digest the digest of its bytes, where it is known before the write
   */
  async toWrite(context: OutputContext, digest?: string): Promise<WriteTarget> {
    const same = digest === undefined ? undefined : await this.#sameObject(context, digest);
    if (same !== undefined) return { key: same.path, isNew: false, same };
    if (this.history !== undefined) return { key: await this.history.newKey(context, digest), isNew: true };
    return { key: this.ofPlace(context), isNew: false };
  }

  /** Whether the store can delete. */
  get canDelete(): boolean {
    return this.#store.delete !== undefined;
  }

  /** Deletes the value that is not kept as a version, and the HEAD. */
  async remove(context: InputContext): Promise<void> {
    await this.#store.delete?.(this.ofPlace(context), { signal: context.signal });
    await this.history?.removeHead(context);
  }

  /**
   * The expected object if it has these bytes already and need not be written again: with history, and where etags name content,
   * because then the write would not change the etag either.
   */
  async #sameObject(context: OutputContext, digest: string): ReturnType<typeof inspectObject> {
    const { expected, signal } = context;
    const { history } = this;
    if (typeof expected !== "object" || expected.digest !== digest) return undefined;
    if (history === undefined) {
      if (this.#store.etags !== "content" || expected.etag === undefined) return undefined;
      const found = await inspectObject(this.#store, this.ofPlace(context), signal);
      return found?.etag === expected.etag && found.digest === digest ? found : undefined;
    }
    if (expected.path === undefined || !history.isVersionOf(expected.path, context)) return undefined;
    const found = await inspectObject(this.#store, expected.path, signal);
    // A name is used once: where the store keeps neither etag nor digest, the object is the one that was written.
    return found !== undefined && found.etag === expected.etag && (found.digest ?? digest) === digest ? found : undefined;
  }
}
