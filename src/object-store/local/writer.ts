import { throwIfAborted } from "../../errors.ts";
import { isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { Attributes, PutMode, StreamBody } from "../types.ts";
import type { AttributeFiles } from "./attributes.ts";
import { etagOf } from "./etag.ts";
import { readdir, rename, renameSync, unlink } from "./fs.ts";
import { dirname, type Layout, type LocatedFile, withFolder } from "./layout.ts";
import { KeyLocks } from "./lock.ts";
import { LockOwner } from "./lock-owner.ts";
import { attempt, discard, whenMissing } from "./system-error.ts";
import { restamp, syncFolders, writeNew, writeSmall } from "./write-file.ts";

/** How long a temporary file is kept whose owner cannot be checked. */
const temporaryLeaseMs = 24 * 3_600_000;

/** An object to write. */
export interface NewObject {
  readonly body: StreamBody;
  readonly mode: PutMode;
  readonly attributes: Attributes | undefined;
}

interface Ready {
  readonly owner: LockOwner;
  readonly locks: KeyLocks;
}

/** All writes and deletes of the store. */
export class Writer {
  readonly #layout: Layout;
  readonly #attributes: AttributeFiles;
  readonly #fsync: boolean;
  #ready: Promise<Ready> | undefined;

  constructor(layout: Layout, attributes: AttributeFiles, fsync: boolean) {
    this.#layout = layout;
    this.#attributes = attributes;
    this.#fsync = fsync;
  }

  /** Writes an object and returns its etag. */
  async put({ body, mode, attributes }: NewObject, call: Call): Promise<string> {
    const before = this.#layout.locate(call.key);
    checkMode(mode, etagAt(before), call);
    const { owner, locks } = await this.#begin();
    const announcement = this.#layout.announcementOf(call.key);
    const isPlain = mode === "overwrite" && attributes === undefined;
    // An announced file makes other writers wait, so a stream is announced only after it was read.
    const isAnnounced = isPlain && isBuffered(body);
    const file = new TemporaryFile(this.#layout, owner, isAnnounced ? announcement : "new");
    try {
      let etag = "";
      await withFolder(file.path, async () => {
        etag = await writeNew({ path: file.path, body, replaced: before.stats, fsync: this.#fsync }, call);
      });
      if (isPlain) {
        if (!isAnnounced) file.rename(announcement);
        if (!locks.needsLock(call.key)) {
          await this.#publish(file, before.path);
          return etag;
        }
        file.rename("new");
      }
      return await locks.withLock(call, async () => {
        const found = this.#layout.locate(call.key);
        checkMode(mode, etagAt(found), call);
        // Another writer replaced the object meanwhile, perhaps with a clock that is ahead.
        if (found.stats && found.stats.mtimeNs !== before.stats?.mtimeNs) etag = await restamp(file.path, found.stats, this.#fsync);
        if (attributes) await this.#attributes.write(call.key, etag, attributes, this.#fsync);
        throwIfAborted(call.signal, call);
        await this.#publish(file, found.path);
        return etag;
      });
    } finally {
      await file.remove();
    }
  }

  /** Deletes an object, if there is one, and the folders that become empty. */
  async delete(call: Call): Promise<void> {
    const { path, stats } = this.#layout.locate(call.key);
    if (stats === undefined) return;
    const { owner, locks } = await this.#begin();
    const announcement = new TemporaryFile(this.#layout, owner, this.#layout.announcementOf(call.key));
    try {
      await withFolder(announcement.path, () => writeSmall(announcement.path, ""));
      if (locks.needsLock(call.key)) {
        await announcement.remove();
        await locks.withLock(call, () => this.#unlink(path));
      } else {
        await this.#unlink(path);
      }
    } finally {
      await announcement.remove();
    }
  }

  /** The first write sweeps what crashed processes left behind. */
  #begin(): Promise<Ready> {
    this.#ready ??= this.#prepare();
    return this.#ready;
  }

  async #prepare(): Promise<Ready> {
    const owner = new LockOwner();
    const locks = new KeyLocks(this.#layout, owner, this.#attributes);
    try {
      await sweep(this.#layout, owner, locks);
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
    return { owner, locks };
  }

  async #publish(file: TemporaryFile, path: string): Promise<void> {
    const made = await withFolder(path, () => rename(file.path, path));
    file.isPublished = true;
    if (this.#fsync) await syncFolders(path, made);
  }

  async #unlink(path: string): Promise<void> {
    const isRemoved = await unlink(path).then(() => true, whenMissing);
    if (isRemoved === undefined) return;
    if (this.#fsync) await syncFolders(path);
    await this.#layout.removeEmptyFolders(dirname(path));
  }
}

/** A file of this owner in the temporary folder, from its creation to its publication or removal. */
class TemporaryFile {
  isPublished = false;
  path: string;
  readonly #folder: string;
  readonly #owner: LockOwner;

  constructor({ temporary }: Layout, owner: LockOwner, start: string) {
    this.#folder = temporary;
    this.#owner = owner;
    this.path = owner.newPath(temporary, start);
  }

  /** Renames the file, which announces the write or withdraws the announcement. */
  rename(start: string): void {
    const path = this.#owner.newPath(this.#folder, start);
    renameSync(this.path, path);
    this.#owner.inUse.delete(this.path);
    this.path = path;
  }

  /** Removes the file unless it was published. A file that cannot be removed is no longer in use, so no writer waits for it. */
  async remove(): Promise<void> {
    this.#owner.inUse.delete(this.path);
    if (this.isPublished) return;
    this.isPublished = true;
    await discard(this.path);
  }
}

function etagAt({ stats }: LocatedFile): string | undefined {
  return stats?.isFile() ? etagOf(stats) : undefined;
}

/** Removes what dead processes left behind: temporary files, locks, and attributes of objects that were never published. */
async function sweep(layout: Layout, owner: LockOwner, locks: KeyLocks): Promise<void> {
  for (const name of (await readdir(layout.temporary).catch(whenMissing)) ?? []) {
    const path = `${layout.temporary}/${name}`;
    if (name.startsWith("lock.")) {
      await locks.sweep(path);
    } else if (!(await owner.uses(path, temporaryLeaseMs))) {
      await attempt(() => unlink(path));
    }
  }
}
