import { throwIfAborted } from "../../errors.ts";
import { isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { Attributes, PutMode, StreamBody } from "../types.ts";
import type { AttributeFiles } from "./attributes.ts";
import { Claims } from "./claims.ts";
import { etagOf } from "./etag.ts";
import { rename, renameSync, unlink } from "./fs.ts";
import { dirname, type Layout, type Place, withFolder } from "./layout.ts";
import { Owner } from "./owner.ts";
import { sweep } from "./sweep.ts";
import { discard, whenMissing } from "./system-error.ts";
import { restamp, syncFolders, writeNew, writeSmall } from "./write.ts";

export interface NewObject {
  readonly body: StreamBody;
  readonly mode: PutMode;
  readonly attributes: Attributes | undefined;
}

interface Ready {
  readonly owner: Owner;
  readonly claims: Claims;
}

/** Everything that changes the folder. */
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

  /** Gives the etag. */
  async put({ body, mode, attributes }: NewObject, call: Call): Promise<string> {
    const place = this.#layout.locate(call.key);
    checkMode(mode, etagAt(place), call);
    const { owner, claims } = await this.#begin();
    const announcement = this.#layout.announcementOf(call.key);
    const isPlain = mode === "overwrite" && attributes === undefined;
    // An announced file makes others wait, so a body that may be long in coming is announced when it is there.
    const isAnnounced = isPlain && isBuffered(body);
    const file = new TemporaryFile(this.#layout, owner, isAnnounced ? announcement : "new");
    try {
      let etag = "";
      await withFolder(file.path, async () => {
        etag = await writeNew({ path: file.path, body, replaced: place.stats, fsync: this.#fsync }, call);
      });
      if (isPlain) {
        if (!isAnnounced) file.rename(announcement);
        if (!claims.mustBeAlone(call.key)) {
          await this.#publish(file, place.path);
          return etag;
        }
        file.rename("new");
      }
      return await claims.alone(call, async () => {
        const found = this.#layout.locate(call.key);
        checkMode(mode, etagAt(found), call);
        // Somebody has written meanwhile, perhaps with a clock that is ahead of ours.
        if (found.stats && found.stats.mtimeNs !== place.stats?.mtimeNs) etag = await restamp(file.path, found.stats, this.#fsync);
        if (attributes) await this.#attributes.write(call.key, etag, attributes, this.#fsync);
        throwIfAborted(call.signal, call);
        await this.#publish(file, found.path);
        return etag;
      });
    } finally {
      await file.remove();
    }
  }

  /** Removes the object, if there is one, and the folders that it leaves empty. */
  async delete(call: Call): Promise<void> {
    const { path, stats } = this.#layout.locate(call.key);
    if (stats === undefined) return;
    const { owner, claims } = await this.#begin();
    const announcement = new TemporaryFile(this.#layout, owner, this.#layout.announcementOf(call.key));
    try {
      await withFolder(announcement.path, () => writeSmall(announcement.path, ""));
      if (claims.mustBeAlone(call.key)) {
        await announcement.remove();
        await claims.alone(call, () => this.#unlink(path));
      } else {
        await this.#unlink(path);
      }
    } finally {
      await announcement.remove();
    }
  }

  /** The first write tidies up what crashed ones have left. */
  #begin(): Promise<Ready> {
    this.#ready ??= this.#prepare();
    return this.#ready;
  }

  async #prepare(): Promise<Ready> {
    const owner = new Owner();
    const claims = new Claims(this.#layout, owner, this.#attributes);
    try {
      await sweep(this.#layout, owner, claims);
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
    return { owner, claims };
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

/** A file of this owner in the temporary folder, from before it is made until it is published or removed. */
class TemporaryFile {
  isPublished = false;
  path: string;
  readonly #folder: string;
  readonly #owner: Owner;

  constructor({ temporary }: Layout, owner: Owner, start: string) {
    this.#folder = temporary;
    this.#owner = owner;
    this.path = owner.newPath(temporary, start);
  }

  /** Gives the file another name, which announces it or withdraws the announcement. */
  rename(start: string): void {
    const path = this.#owner.newPath(this.#folder, start);
    renameSync(this.path, path);
    this.#owner.inUse.delete(this.path);
    this.path = path;
  }

  /** Removes the file if it was not published. What cannot be removed is no longer in use, so nobody here waits for it. */
  async remove(): Promise<void> {
    this.#owner.inUse.delete(this.path);
    if (this.isPublished) return;
    this.isPublished = true;
    await discard(this.path);
  }
}

function etagAt({ stats }: Place): string | undefined {
  return stats?.isFile() ? etagOf(stats) : undefined;
}
