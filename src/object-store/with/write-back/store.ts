import { EdgewaterError, isEdgewaterError, orAborted } from "../../../errors.ts";
import { aSignal, checkOptions, checkValue, type OptionKinds, oneOf, required } from "../../../options.ts";
import { checkBody } from "../../body.ts";
import { notFound } from "../../call.ts";
import { inParallel } from "../../client/parallel.ts";
import { checkAttributes } from "../../conditions.ts";
import { checkKey, checkKeys } from "../../path.ts";
import type {
  AttributesPutOptions,
  CopyOptions,
  DeleteOptions,
  FullObjectMeta,
  GetResult,
  HeadOptions,
  ObjectMeta,
  PutResult,
  RangeGetOptions,
  StreamBody,
} from "../../types.ts";
import { checkUnconditionalVerbOptions } from "../../verb-options.ts";
import { type CachedEntry, CacheEntries } from "../cache-entries.ts";
import { observedObject } from "../observe.ts";
import { ReadThrough } from "../read-through.ts";
import type { AnyListOptions, AnyVerbs } from "../wrap.ts";
import { Background } from "./background.ts";
import { type FarObject, type LocalWrite, LocalWrites } from "./local-writes.ts";
import { mergedList } from "./merged-list.ts";
import type { FarStore, NearStore, PendingWrite, WriteBackCallOptions, WriteBackStore } from "./types.ts";
import { unlessOffline } from "./unless-offline.ts";
import { Uploads } from "./uploads.ts";

/** Uploads at once. */
const uploadsAtOnce = 4;
/** With more marks of ended uploads than this, old ones are removed. */
const mostEnded = 1000;
/** Keys of which a store remembers what it has seen in the far store. */
const mostSeen = 10_000;

const callKinds: OptionKinds<WriteBackCallOptions> = { signal: aSignal };

/** The sizes of the cache. */
interface Sizes {
  readonly maxObjectBytes: number;
  readonly maxBytes: number;
}

/** Makes the store of `withCache` with `mode: "write-back"`. */
export function writeBack(far: FarStore, near: NearStore, sizes: Sizes): WriteBackStore {
  return new WriteBack(far, near, sizes) as WriteBackStore;
}

class WriteBack {
  readonly name: string;
  readonly reach: NearStore["reach"];
  readonly consistency = "eventual";
  readonly #far: AnyVerbs;
  readonly #writes: LocalWrites;
  readonly #entries: CacheEntries;
  readonly #reader: ReadThrough;
  readonly #uploads: Uploads;
  readonly #background = new Background((signal) => this.#drain({ signal }));
  /** What this store has last seen in the far store. */
  readonly #seen = new Map<string, FarObject>();
  /** The name of the lock under which one tab uploads; undefined where no other tab or process has the near store. */
  readonly #lock: string | undefined;
  #draining: Promise<unknown> = Promise.resolve();
  #hasBegun = false;

  constructor(far: FarStore, near: NearStore, { maxObjectBytes, maxBytes }: Sizes) {
    this.name = far.name;
    // What is only in the near store can be reached from there alone.
    this.reach = near.reach;
    const reachable = unlessOffline(far);
    this.#far = reachable as unknown as AnyVerbs;
    this.#writes = new LocalWrites(near);
    this.#entries = new CacheEntries(near, maxBytes);
    const servesOffline = (entry: CachedEntry): Promise<boolean> => this.#isNewest(entry);
    this.#reader = new ReadThrough(this.#far, this.#entries, { store: far.name, maxObjectBytes, maxAgeMs: 0, servesOffline });
    this.#uploads = new Uploads({ far: reachable, writes: this.#writes, entries: this.#entries, maxObjectBytes });
    this.#lock = near.reach === "process" ? undefined : `edgewater/write-back/${near.name}/uploads`;
  }

  async put(key: string, body: StreamBody, options: AttributesPutOptions = {}): Promise<PutResult> {
    this.#check("put", key, options);
    checkBody(body, { store: this.name, key });
    const attributes = checkAttributes(options, { store: this.name, key }) ?? {};
    this.#uploads.add(key, await this.#writes.put(key, body, attributes, this.#seen.get(key), options.signal));
    this.#background.ask();
    return { etag: undefined };
  }

  async get(key: string, options: RangeGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    this.#check("get", key, options);
    const { signal } = options;
    for (let write = await this.#find(key, signal); write !== undefined; write = await this.#find(key, signal)) {
      const opened = await this.#writes.open(write, options);
      if (opened === undefined) continue;
      return observedObject(opened, metaOf(write), {});
    }
    const opened = await this.#see(
      key,
      () => this.#reader.get(key, options),
      (found) => found.meta.etag,
    );
    return observedObject(opened, withoutEtag(opened.meta), {});
  }

  async head(key: string, options: HeadOptions = {}): Promise<FullObjectMeta> {
    this.#check("head", key, options);
    const write = await this.#find(key, options.signal);
    if (write !== undefined) return metaOf(write);
    try {
      return withoutEtag(
        await this.#see(
          key,
          () => this.#far.head(key, options),
          ({ etag }) => etag,
        ),
      );
    } catch (error) {
      if (!isEdgewaterError(error, "Unavailable")) throw error;
      const entry = await this.#entries.get(key, options.signal);
      if (entry === undefined || !(await this.#isNewest(entry))) throw error;
      return withoutEtag(entry.meta as FullObjectMeta);
    }
  }

  async delete(keys: string | readonly string[], options: DeleteOptions = {}): Promise<void> {
    checkUnconditionalVerbOptions(this.name, "delete", options);
    const all = checkKeys(this.name, keys);
    await inParallel(all, uploadsAtOnce, async (key) => {
      this.#uploads.add(key, await this.#writes.delete(key, this.#seen.get(key), options.signal));
    });
    this.#background.ask();
  }

  async *list(prefix = "", options: AnyListOptions = {}): AsyncGenerator<ObjectMeta | { readonly prefix: string }, void, void> {
    checkUnconditionalVerbOptions(this.name, "list", options);
    this.#begin();
    const writes = await this.#writes.all(options.signal);
    for await (const entry of mergedList(this.name, this.#far.list, writes, prefix, options))
      yield "prefix" in entry ? entry : { ...entry, etag: undefined };
  }

  async copy(from: string, to: string, options: CopyOptions = {}): Promise<PutResult> {
    this.#check("copy", to, options);
    const { signal } = options;
    const opened = await this.get(from, { signal });
    const { contentType, metadata } = opened.meta;
    return this.put(to, opened.stream(), { contentType, metadata, signal });
  }

  async pending(options: WriteBackCallOptions = {}): Promise<readonly PendingWrite[]> {
    checkOptions(`${this.name}.pending`, options, callKinds);
    this.#begin();
    const writes = await this.#writes.all(options.signal);
    return [...writes]
      .sort((left, right) => (left.key < right.key ? -1 : 1))
      .map(({ id, key, size, since, kind }) => ({
        key,
        size,
        since: new Date(since),
        isDeleted: kind === "delete",
        error: this.#uploads.errors.get(id),
      }));
  }

  async flush(options: WriteBackCallOptions = {}): Promise<void> {
    checkOptions(`${this.name}.flush`, options, callKinds);
    const failures: EdgewaterError[] = [];
    const { signal } = options;
    const drained = this.#drain({ ...(signal && { signal }), failures });
    await orAborted(drained, signal, { store: this.name });
    const [first] = failures;
    if (first === undefined) return;
    const others = failures.length === 1 ? "" : ` (and ${failures.length - 1} more, see pending())`;
    const { code, store, key, outcome } = first;
    throw new EdgewaterError(code, `${first.message}${others}`, { store, key, outcome, cause: first });
  }

  async resolve(key: string, keep: "near" | "far", options: WriteBackCallOptions = {}): Promise<void> {
    const owner = `${this.name}.resolve`;
    checkKey(this.name, key);
    checkValue(owner, "keep", keep, required(oneOf("near", "far")));
    checkOptions(owner, options, callKinds);
    const { signal } = options;
    const write = await this.#writes.find(key, signal);
    if (write === undefined) throw notFound(`the pending writes of ${this.name}`, key);
    if (keep === "far") {
      await this.#writes.end(write);
      this.#uploads.errors.delete(write.id);
      return;
    }
    const at = Date.now();
    const etag = await this.#far.head(key, { signal }).then(
      (meta) => meta.etag ?? null,
      (error: unknown) => {
        if (isEdgewaterError(error, "NotFound")) return null;
        throw error;
      },
    );
    const { begun } = await this.#writes.state(key);
    await this.#writes.setState(key, { begun, uploaded: { etag, at } });
    if (await this.#uploads.upload(write, signal)) return;
    throw this.#uploads.errors.get(write.id) ?? notFound(this.name, key);
  }

  close(): Promise<void> {
    return this.#background.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(verb: "put" | "get" | "head" | "copy", key: string, options: object): void {
    checkUnconditionalVerbOptions(this.name, verb, options);
    checkKey(this.name, key);
  }

  /** The write of a key that is only local. @throws `NotFound` for a deleted one */
  async #find(key: string, signal: AbortSignal | undefined): Promise<LocalWrite | undefined> {
    this.#begin();
    const write = await this.#writes.find(key, signal);
    if (write?.kind === "delete") throw notFound(this.name, key);
    return write;
  }

  /** The first call also uploads what was left by tabs that are closed. */
  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#background.ask();
  }

  /** Remembers what a read of the far store shows, so that a later write does not replace anything else. */
  async #see<Found>(key: string, read: () => Promise<Found>, etagOf: (found: Found) => string | undefined): Promise<Found> {
    const at = Date.now();
    const remember = (etag: string | null): void => {
      this.#seen.delete(key);
      this.#seen.set(key, { etag, at });
      const [oldest] = this.#seen.keys();
      if (this.#seen.size > mostSeen && oldest !== undefined) this.#seen.delete(oldest);
    };
    try {
      const found = await read();
      const etag = etagOf(found);
      if (etag !== undefined) remember(etag);
      return found;
    } catch (error) {
      if (isEdgewaterError(error, "NotFound")) remember(null);
      throw error;
    }
  }

  /** Whether nothing newer than a cached entry was uploaded from here. */
  async #isNewest({ meta, readAt }: CachedEntry): Promise<boolean> {
    const { uploaded } = await this.#writes.state(meta.key);
    return uploaded === undefined || uploaded.at <= readAt || uploaded.etag === meta.etag;
  }

  /** Uploads all that is pending, and returns whether something is left that may succeed later. One tab does so at a time. */
  #drain(options: { readonly signal?: AbortSignal; readonly failures?: EdgewaterError[] }): Promise<boolean> {
    const drain = (): Promise<boolean> => this.#uploadAll(options);
    const locks = this.#lock === undefined ? undefined : globalThis.navigator?.locks;
    const { signal } = options;
    const run = this.#draining.then(() => (locks ? locks.request(this.#lock as string, { ...(signal && { signal }) }, drain) : drain()));
    this.#draining = run.catch(() => undefined);
    return run;
  }

  async #uploadAll({ signal, failures }: { readonly signal?: AbortSignal; readonly failures?: EdgewaterError[] }): Promise<boolean> {
    const { errors } = this.#uploads;
    let isLeft = false;
    const all = await this.#writes.all(signal);
    this.#uploads.forgetOthers(all);
    // A conflict does not end by itself: only a flush looks again.
    const writes = all.filter(({ id }) => failures !== undefined || !isEdgewaterError(errors.get(id), "Conflict"));
    await inParallel(writes, uploadsAtOnce, async (write) => {
      if (signal?.aborted || (await this.#uploads.upload(write, signal))) return;
      const error = errors.get(write.id);
      if (error) failures?.push(error);
      if (!isEdgewaterError(error, "Conflict")) isLeft = true;
    });
    if (this.#writes.ended > mostEnded) await this.#writes.prune();
    return isLeft;
  }
}

function metaOf({ key, size, since, attributes }: LocalWrite): FullObjectMeta {
  return { key, size, etag: undefined, lastModified: new Date(since), ...attributes };
}

function withoutEtag(meta: FullObjectMeta): FullObjectMeta {
  return { ...meta, etag: undefined };
}
