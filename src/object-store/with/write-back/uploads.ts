import { toHex } from "../../../encoding/hex.ts";
import { type EdgewaterError, isEdgewaterError } from "../../../errors.ts";
import { bytesOf } from "../../body.ts";
import { type Call, explain, failed } from "../../call.ts";
import { requireConditions } from "../../require-conditions.ts";
import type { FullObjectMeta, PutMode } from "../../types.ts";
import type { CachedEntry, CacheEntries } from "../cache-entries.ts";
import type { FarObject, LocalWrite, LocalWrites } from "./local-writes.ts";
import type { FarStore } from "./types.ts";

/** Most fingerprints that are kept for a key. */
const mostBegun = 16;

/** What an upload works with. */
interface Parts {
  readonly far: FarStore;
  readonly writes: LocalWrites;
  readonly entries: CacheEntries;
  readonly maxObjectBytes: number;
}

/**
 * Uploads single writes. Each goes to the far store under the condition that it still has the object that the writer had seen. Where
 * it has another, the upload was repeated, or ended before a crash, if that object is one whose upload has begun; otherwise it is a
 * conflict, and nothing is written.
 */
export class Uploads {
  readonly #parts: Parts;
  /** The ids of new writes of this store, by key, that no upload has tried: they may replace an object that was never seen here. */
  readonly #fresh = new Map<string, string>();
  /** Why the last upload of a write failed. */
  readonly errors: Map<string, EdgewaterError> = new Map();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Names a write that has just been made here. */
  add(key: string, id: string): void {
    this.#fresh.set(key, id);
  }

  /** Forgets the errors of all writes but these. */
  forgetOthers(writes: readonly LocalWrite[]): void {
    const ids = new Set(writes.map(({ id }) => id));
    for (const id of this.errors.keys()) if (!ids.has(id)) this.errors.delete(id);
  }

  /** Uploads a write, and returns whether the far store has it now. What fails is in `errors`. */
  async upload(write: LocalWrite, signal: AbortSignal | undefined): Promise<boolean> {
    const { id, key } = write;
    const { far, writes } = this.#parts;
    const call: Call = { store: far.name, verb: write.kind === "put" ? "write" : "delete", key, signal };
    try {
      await requireConditions(far, { signal });
      await (write.kind === "put" ? this.#put(write, call) : this.#delete(write, call));
      this.errors.delete(id);
      return true;
    } catch (cause) {
      const error = explain(call, cause);
      // Another tab may have uploaded or replaced it meanwhile.
      if (isEdgewaterError(error, "Conflict") && (await writes.find(key))?.id !== id) return true;
      if (!signal?.aborted) this.errors.set(id, error);
      return false;
    } finally {
      if (this.#fresh.get(key) === id) this.#fresh.delete(key);
    }
  }

  async #put(write: LocalWrite, call: Call): Promise<void> {
    const { key, since, attributes, size } = write;
    const { signal } = call;
    const { far, writes, entries, maxObjectBytes } = this.#parts;
    const opened = await writes.open(write, { signal });
    if (opened === undefined) return;
    const bytes = await opened.bytes();
    const own = await fingerprint(bytes, attributes);
    const state = await writes.state(key);
    const begun = [...state.begun.filter((each) => each !== own), own].slice(-mostBegun);
    await writes.setState(key, { ...state, begun });
    let base = await this.#base(write, state.uploaded, signal);
    let etag: string | undefined;
    for (;;) {
      try {
        ({ etag } = await far.put(key, bytes, { ...attributes, mode: modeOf(base), signal }));
        break;
      } catch (error) {
        if (!isEdgewaterError(error, "AlreadyExists", "PreconditionFailed")) throw error;
        const found = await this.#find(key, signal);
        if (found?.fingerprint === own) {
          ({ etag } = found);
          break;
        }
        // The object is of an earlier write from here whose upload was not known to have ended: this one replaces it.
        if (found === undefined || found.etag === base || !begun.includes(found.fingerprint)) throw conflict(call, error);
        base = found.etag;
      }
    }
    const meta: FullObjectMeta = { key, size, etag, lastModified: new Date(since), ...attributes };
    const read = entries.begin(key);
    try {
      if (size <= maxObjectBytes) await entries.put(read, { meta, bytes });
      else await entries.drop(key);
    } finally {
      entries.end(read);
    }
    await writes.setState(key, { uploaded: { etag: etag ?? null, at: Date.now() }, begun: [own] });
    await writes.end(write);
  }

  async #delete(write: LocalWrite, call: Call): Promise<void> {
    const { key } = write;
    const { far, writes, entries } = this.#parts;
    const { signal } = call;
    const state = await writes.state(key);
    const base = await this.#base(write, state.uploaded, signal);
    const etag = await this.#etagIn(key, signal);
    if (etag !== null) {
      if (etag !== base && !state.begun.includes((await this.#find(key, signal))?.fingerprint ?? "")) throw conflict(call);
      await far.delete(key, { signal });
    }
    await entries.drop(key);
    await writes.setState(key, { uploaded: { etag: null, at: Date.now() }, begun: [] });
    await writes.end(write);
  }

  /**
   * The etag of the far object that a write replaces; null for none. It is the newest one that this device had seen before the write.
   * A new write of a key that it has never seen replaces what is there now; a write that waited must not.
   */
  async #base(write: LocalWrite, uploaded: FarObject | undefined, signal: AbortSignal | undefined): Promise<string | null> {
    const { key, since, seen, id } = write;
    const cached = await this.#parts.entries.get(key, signal);
    const read = cached && seenIn(cached);
    // What the writer had seen was before the write, whatever clocks say.
    const known = [seen, uploaded, read !== undefined && read.at <= since ? read : undefined].filter((each) => each !== undefined);
    const newest = known.sort((left, right) => right.at - left.at)[0];
    if (newest !== undefined) return newest.etag;
    return read === undefined && this.#fresh.get(key) === id ? this.#etagIn(key, signal) : null;
  }

  async #etagIn(key: string, signal: AbortSignal | undefined): Promise<string | null> {
    try {
      return (await this.#parts.far.head(key, { signal })).etag ?? null;
    } catch (error) {
      if (isEdgewaterError(error, "NotFound")) return null;
      throw error;
    }
  }

  /** The object that the far store has now. */
  async #find(key: string, signal: AbortSignal | undefined): Promise<{ etag: string; fingerprint: string } | undefined> {
    try {
      const { meta, bytes } = await this.#parts.far.get(key, { signal });
      return { etag: meta.etag ?? "", fingerprint: await fingerprint(await bytes(), meta) };
    } catch (error) {
      if (isEdgewaterError(error, "NotFound")) return undefined;
      throw error;
    }
  }
}

function modeOf(base: string | null): PutMode {
  return base === null ? "create" : { ifMatch: base };
}

function seenIn({ meta, readAt }: CachedEntry): FarObject | undefined {
  return meta.etag === undefined ? undefined : { etag: meta.etag, at: readAt };
}

function conflict(call: Call, cause?: unknown): EdgewaterError<"Conflict"> {
  const remedy = `look at both, and call resolve(${JSON.stringify(call.key)}, "near") or resolve(${JSON.stringify(call.key)}, "far")`;
  return failed(call, "Conflict", `another writer has changed it since it was read here; ${remedy}`, { cause });
}

/** Names bytes and attributes: equal ones have the same. */
async function fingerprint(
  bytes: Uint8Array<ArrayBuffer>,
  { contentType, metadata }: Pick<FullObjectMeta, "contentType" | "metadata">,
): Promise<string> {
  const attributes = JSON.stringify([contentType ?? null, Object.entries(metadata).sort(([left], [right]) => (left < right ? -1 : 1))]);
  return `${await digest(bytes)} ${await digest(bytesOf(attributes))}`;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
