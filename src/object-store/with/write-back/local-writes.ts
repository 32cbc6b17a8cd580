import { isEdgewaterError } from "../../../errors.ts";
import { ActiveWriters } from "../../browser/write.ts";
import type { Attributes, FullObjectMeta, FullObjectStore, GetResult, StreamBody } from "../../types.ts";
import { writeBackFolder } from "../cache-entries.ts";
import { withPrefix } from "../prefix.ts";
import type { NearStore } from "./types.ts";

/** The object that the far store had under a key; null for none. */
export interface FarObject {
  readonly etag: string | null;
  /** Milliseconds since 1970, when the far store was asked. */
  readonly at: number;
}

/** A write or a delete of a key that the near store keeps. */
export interface LocalWrite {
  readonly key: string;
  /** The etag in the near store, which names this write. */
  readonly id: string;
  readonly kind: "put" | "delete";
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** What the writer had seen in the far store; undefined if it had not looked. */
  readonly seen: FarObject | undefined;
  readonly attributes: Pick<FullObjectMeta, "contentType" | "metadata">;
}

/** What the near store remembers of the uploads of a key. */
export interface UploadState {
  /** The far object after the last upload. */
  readonly uploaded?: FarObject;
  /** The fingerprints of the objects whose upload has begun since, or ended last. */
  readonly begun: readonly string[];
}

interface Header extends Pick<LocalWrite, "key" | "since" | "seen"> {
  /** `uploaded` marks a key whose last write is in the far store. */
  readonly kind: LocalWrite["kind"] | "uploaded";
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

const entry = "write-back";
/** After this time, no read that began before an upload is still running. In milliseconds. */
const settledMs = 3_600_000;

/**
 * The writes that are only in the near store. Each key has one object: the body, the attributes and a header in its metadata, so that a
 * write is there as a whole or not at all. An uploaded object is replaced by a mark, under the condition that it is still the uploaded one;
 * it is not deleted, because a delete has no condition and could remove a newer write.
 */
export class LocalWrites {
  readonly #writes: FullObjectStore;
  readonly #states: FullObjectStore;
  readonly #writers: ActiveWriters;
  /** The headers that were read, by the names of their objects. */
  readonly #known = new Map<string, { readonly id: string; readonly write: LocalWrite | undefined }>();

  constructor(near: NearStore) {
    this.#writes = withPrefix(near, `${writeBackFolder}writes`);
    this.#states = withPrefix(near, `${writeBackFolder}states`);
    this.#writers = new ActiveWriters(`edgewater/write-back/${near.name}/writers`);
  }

  /** Writes an object, and returns the id of the write. */
  put(
    key: string,
    body: StreamBody,
    attributes: Attributes,
    seen: FarObject | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { contentType, metadata } = attributes;
    return this.#write(key, body, contentType, { key, kind: "put", since: Date.now(), seen, metadata }, signal);
  }

  /** Marks a key as deleted, and returns the id of this write. */
  delete(key: string, seen: FarObject | undefined, signal: AbortSignal | undefined): Promise<string> {
    return this.#write(key, "", undefined, { key, kind: "delete", since: Date.now(), seen }, signal);
  }

  /** The write of a key that is not uploaded. */
  async find(key: string, signal?: AbortSignal): Promise<LocalWrite | undefined> {
    try {
      return writeOf(await this.#writes.head(nameOf(key), { signal }));
    } catch (error) {
      if (isEdgewaterError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** Opens the object of a write; undefined if it was replaced or uploaded since. */
  async open({ key, id }: LocalWrite, options: Parameters<FullObjectStore["get"]>[1]): Promise<GetResult<FullObjectMeta> | undefined> {
    try {
      return await this.#writes.get(nameOf(key), { ...options, ifMatch: id });
    } catch (error) {
      if (isEdgewaterError(error, "NotFound", "PreconditionFailed")) return undefined;
      throw error;
    }
  }

  /** All writes that are not uploaded, in no order. Reads only what has changed since the last list. */
  async all(signal?: AbortSignal): Promise<readonly LocalWrite[]> {
    const names = new Set<string>();
    const found: LocalWrite[] = [];
    for await (const { key: name, etag } of this.#writes.list("", { signal })) {
      names.add(name);
      let known = this.#known.get(name);
      if (known?.id !== etag) {
        const meta = await this.#writes.head(name, { signal }).catch((error: unknown) => {
          if (!isEdgewaterError(error, "NotFound")) throw error;
        });
        if (meta === undefined) continue;
        known = { id: meta.etag ?? "", write: writeOf(meta) };
        this.#known.set(name, known);
      }
      if (known?.write) found.push(known.write);
    }
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name);
    return found;
  }

  /** Ends a write that the far store has, or that is given up. A newer write stays. */
  async end({ key, id }: LocalWrite): Promise<void> {
    const header: Header = { key, kind: "uploaded", since: Date.now(), seen: undefined };
    try {
      await this.#writes.put(nameOf(key), "", { mode: { ifMatch: id }, metadata: { [entry]: JSON.stringify(header) } });
    } catch (error) {
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
    }
  }

  async state(key: string): Promise<UploadState> {
    try {
      const { begun = [], uploaded } = JSON.parse(await (await this.#states.get(nameOf(key))).text()) as Partial<UploadState>;
      return uploaded === undefined ? { begun } : { begun, uploaded };
    } catch (error) {
      // A damaged state counts as none: an upload may then be reported as a conflict, and nothing is overwritten.
      if (error instanceof SyntaxError || isEdgewaterError(error, "NotFound", "Integrity")) return { begun: [] };
      throw error;
    }
  }

  /** Keeps the state of a key. A full near store must not stop the uploads: without a state, some are reported as conflicts. */
  async setState(key: string, state: UploadState): Promise<void> {
    try {
      await this.#states.put(nameOf(key), JSON.stringify(state));
    } catch (error) {
      if (!isEdgewaterError(error, "QuotaExceeded")) throw error;
    }
  }

  /** Removes the marks of uploads that ended long ago, if no tab writes. */
  async prune(): Promise<void> {
    await this.#writers.runIfIdle(async () => {
      const names: string[] = [];
      for (const [name, { write }] of this.#known) {
        if (write !== undefined) continue;
        const meta = await this.#writes.head(name).catch(() => undefined);
        const header = meta && headerOf(meta);
        if (header?.kind === "uploaded" && Date.now() - header.since > settledMs) names.push(name);
      }
      await this.#writes.delete(names);
      await this.#states.delete(names);
    });
  }

  /** Number of marks of ended uploads in the last list. */
  get ended(): number {
    let count = 0;
    for (const { write } of this.#known.values()) if (write === undefined) count++;
    return count;
  }

  async #write(
    key: string,
    body: StreamBody,
    contentType: string | undefined,
    header: Header,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const metadata = { [entry]: JSON.stringify(header) };
    const write = () => {
      // Aborted before the stream was read, so that nothing else cancels it.
      if (signal?.aborted && body instanceof ReadableStream) void body.cancel(signal.reason).catch(() => undefined);
      return this.#writes.put(nameOf(key), body, { contentType, metadata, signal });
    };
    return (await this.#writers.run(write)).etag ?? "";
  }
}

/**
 * The name of the near object of a key. Names end with `!`, which no folder does, so that a file system can hold the keys `a` and
 * `a/b`.
 */
function nameOf(key: string): string {
  return `${key.replace(/[%!]/g, (character) => (character === "%" ? "%25" : "%21"))}!`;
}

function headerOf({ metadata }: FullObjectMeta): Header | undefined {
  try {
    return JSON.parse(metadata[entry] ?? "") as Header;
  } catch {
    return undefined;
  }
}

function writeOf(meta: FullObjectMeta): LocalWrite | undefined {
  const header = headerOf(meta);
  if (header === undefined || header.kind === "uploaded") return undefined;
  const { key, kind, since, seen, metadata = {} } = header;
  return { key, kind, since, seen, id: meta.etag ?? "", size: meta.size, attributes: { contentType: meta.contentType, metadata } };
}
