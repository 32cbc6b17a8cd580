/** History: every version of a value under a name of its own. */
import { toHex } from "../encoding/hex.ts";
import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { Delete, FullPut, Get, Guarantees, List, Named, Put, PutMode } from "../object-store/types.ts";
import { aBoolean, checkOptions, type OptionKind } from "../options.ts";
import type { InputContext, OutputContext } from "./contexts.ts";
import type { CallOptions, ValueHistory } from "./handler.ts";
import { folderKey, type ValueName } from "./key-layout.ts";

/** Options of `history`. */
export interface HistoryOptions {
  /**
   * Whether each asset and partition has an object `HEAD` that names its newest version, for people and tools that do not read the
   * records; true unless given. Without it, a write has one read and one put less.
   */
  readonly head?: boolean;
}

/** Whether a handler keeps every version of a value, and how. */
export const aHistory: OptionKind = {
  expected: "true, false or an object such as { head: false }",
  accepts: (value) => typeof value === "boolean" || (typeof value === "object" && value !== null),
};

/**
 * The history of a handler with these options; undefined without one.
 *
 * @throws `SettingsError` for an unknown option, and for a store that cannot list and delete
 */
export function historyOf(
  owner: string,
  store: Named & Put & Get,
  prefix: string,
  extension: string,
  options: boolean | HistoryOptions = false,
): StoreHistory | undefined {
  if (options === false) return undefined;
  const given = options === true ? {} : options;
  checkOptions(`${owner}.history`, given, { head: aBoolean });
  const { list, delete: remove } = store as Partial<List & Delete>;
  if (typeof list !== "function" || typeof remove !== "function") {
    const message = `Invalid history of ${owner}: ${store.name} cannot list and delete, so that old versions could never be pruned; pass a store with the methods list and delete`;
    throw new EdgewaterError("SettingsError", message, { store: store.name, field: "history" });
  }
  return new StoreHistory(store as AnyStore, prefix, extension, given.head ?? true);
}

type AnyStore = Named & Get & FullPut & List & Delete & Guarantees;

/** What the object `HEAD` says. */
interface Head {
  /** The name of the newest version, in the folder `versions` beside it. */
  readonly name: string;
  /** The id of the event that recorded it. */
  readonly event: number;
}

/** The time, the digest of the bytes where it is known before the write, and the hash of the write's id. */
const versionName = /^\d{8}T\d{9}Z-(?:[0-9a-f]{12}-)?[0-9a-f]{8}\.[^/]+$/;
/** How often a HEAD is written that others write too. */
const mostTries = 3;
/** Keys of one call. */
const pageSize = 1000;

/**
 * Keeps versions in a store: `<prefix>/<asset>[/<partition>]/versions/<time>-<digest>-<write id>.<extension>`, and beside the folder
 * `versions` an object `HEAD` with the name of the newest one. Names sort by time. What is recorded decides which version counts.
 */
export class StoreHistory implements ValueHistory {
  readonly #store: AnyStore;
  readonly #prefix: string;
  readonly #extension: string;
  readonly #hasHead: boolean;

  constructor(store: AnyStore, prefix: string, extension: string, hasHead: boolean) {
    this.#store = store;
    this.#prefix = prefix;
    this.#extension = extension;
    this.#hasHead = hasHead;
  }

  folderOf(place: ValueName): string {
    return `${folderKey(this.#prefix, place)}/versions`;
  }

  /** Whether a key is that of a version of a place. */
  isVersionOf(key: string, place: ValueName): boolean {
    const folder = `${this.folderOf(place)}/`;
    return key.startsWith(folder) && versionName.test(key.slice(folder.length));
  }

  /** The key of a new version. */
  async newKey(context: OutputContext, digest: string | undefined): Promise<string> {
    const time = new Date().toISOString().replace(/[-:.]/g, "");
    const write = new TextEncoder().encode(context.writeId ?? crypto.randomUUID());
    const id = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", write))).slice(0, 8);
    const parts = [time, ...(digest === undefined ? [] : [digest.slice(digest.indexOf(":") + 1).slice(0, 12)]), id];
    return `${this.folderOf(context)}/${parts.join("-")}.${this.#extension}`;
  }

  async *versions(assetName: string, { signal }: CallOptions): AsyncGenerator<string, void, void> {
    for await (const { key } of this.#store.list(folderKey(this.#prefix, { assetName }), { signal })) {
      const [folder, name = ""] = key.split("/").slice(-2);
      if (folder === "versions" && versionName.test(name)) yield key;
    }
  }

  async deleteVersions(keys: readonly string[], { signal }: CallOptions): Promise<void> {
    for (let start = 0; start < keys.length; start += pageSize) await this.#store.delete(keys.slice(start, start + pageSize), { signal });
  }

  get pointHead(): ValueHistory["pointHead"] {
    return this.#hasHead ? (context, eventId) => this.#pointHead(context, eventId) : undefined;
  }

  /** Deletes the HEAD of a place. */
  async removeHead(context: InputContext): Promise<void> {
    if (this.#hasHead) await this.#store.delete(this.#headKey(context), { signal: context.signal });
  }

  async #pointHead(context: InputContext, event: number): Promise<void> {
    const path = context.upstream?.stored?.path;
    if (path === undefined || !this.isVersionOf(path, context)) return;
    const key = this.#headKey(context);
    const body = `${JSON.stringify({ name: path.slice(path.lastIndexOf("/") + 1), event } satisfies Head)}\n`;
    for (let tries = 0; tries < mostTries; tries++) {
      const found = await this.#readHead(key, context.signal);
      if (found !== undefined && found.event >= event) return;
      try {
        const mode: PutMode = found?.etag === undefined ? "create" : { ifMatch: found.etag };
        const condition = this.#store.etags === undefined ? {} : { mode };
        await this.#store.put(key, body, { ...condition, signal: context.signal });
        return;
      } catch (error) {
        if (!isEdgewaterError(error, "AlreadyExists", "PreconditionFailed")) throw error;
      }
    }
  }

  /** The HEAD that is there. One that cannot be read counts as older than every event. */
  async #readHead(key: string, signal: AbortSignal): Promise<{ readonly event: number; readonly etag: string | undefined } | undefined> {
    try {
      const object = await this.#store.get(key, { signal });
      const { etag } = object.meta;
      const { event } = parsed(await object.text());
      return { event: typeof event === "number" ? event : 0, etag };
    } catch (error) {
      if (isEdgewaterError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  #headKey(place: ValueName): string {
    return `${folderKey(this.#prefix, place)}/HEAD`;
  }
}

function parsed(text: string): Partial<Head> {
  try {
    return (JSON.parse(text) as Partial<Head> | null) ?? {};
  } catch {
    return {};
  }
}
