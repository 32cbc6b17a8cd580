import { throwIfAborted } from "../../errors.ts";
import { isAtHand } from "../body.ts";
import type { Call } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { Attributes, PutMode, StreamBody } from "../types.ts";
import type { AttributeFiles } from "./attributes.ts";
import { Claims } from "./claims.ts";
import { etagOf } from "./etag.ts";
import { lstatSync, rename, renameSync, unlink, unlinkSync } from "./fs.ts";
import { type Layout, type Place, withFolder } from "./layout.ts";
import { Owner } from "./owner.ts";
import { sweep } from "./sweep.ts";
import { attempt, ifThere } from "./system-error.ts";
import { restamp, syncFolders, writeNew, writeSmall } from "./write.ts";

export interface NewObject {
  readonly body: StreamBody;
  readonly mode: PutMode;
  readonly attributes: Attributes | undefined;
}

/** Everything that changes the folder. */
export class Writer {
  readonly #layout: Layout;
  readonly #attributes: AttributeFiles;
  readonly #fsync: boolean;
  #ready: Promise<{ readonly owner: Owner; readonly claims: Claims }> | undefined;

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
    const isPlain = mode === "overwrite" && attributes === undefined;
    // An announced file makes others wait, so a body that may be long in coming is announced when it is there.
    const file = new TemporaryFile(this.#layout, owner, isPlain && isAtHand(body) ? this.#layout.announcementOf(call.key) : "new");
    try {
      let etag = "";
      await withFolder(file.path, async () => {
        etag = await writeNew({ path: file.path, body, replaced: place.stats, fsync: this.#fsync }, call);
      });
      if (isPlain) {
        file.rename(this.#layout.announcementOf(call.key));
        if (!claims.mustBeAlone(call.key)) {
          await this.#publish(file, place.path);
          return etag;
        }
        file.rename("new");
      }
      return await claims.alone(call, async () => {
        const found = this.#layout.locate(call.key);
        checkMode(mode, etagAt(found), call);
        // Somebody has written meanwhile, with a clock that is ahead of ours.
        if (found.stats && found.stats.mtimeNs >= file.stats().mtimeNs) etag = await restamp(file.path, found.stats, this.#fsync);
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
      await withFolder(announcement.path, () => writeSmall(announcement.path, new Uint8Array()));
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
  #begin(): Promise<{ readonly owner: Owner; readonly claims: Claims }> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #prepare(): Promise<{ readonly owner: Owner; readonly claims: Claims }> {
    const owner = new Owner();
    const claims = new Claims(this.#layout, owner, this.#attributes);
    await sweep(this.#layout, owner, claims);
    return { owner, claims };
  }

  async #publish(file: TemporaryFile, path: string): Promise<void> {
    const made = await withFolder(path, () => rename(file.path, path));
    file.isPublished = true;
    if (this.#fsync) await syncFolders(path, made);
  }

  async #unlink(path: string): Promise<void> {
    const isRemoved = await ifThere(() => unlink(path).then(() => true));
    if (isRemoved === undefined) return;
    if (this.#fsync) await syncFolders(path);
    await this.#layout.removeEmptyFolders(path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"))));
  }
}

/** A file of this owner in the temporary folder, from before it is made until it is published or removed. */
class TemporaryFile {
  isPublished = false;
  readonly #folder: string;
  readonly #owner: Owner;
  #start: string;
  #name: string;

  constructor({ temporary }: Layout, owner: Owner, start: string) {
    this.#folder = temporary;
    this.#owner = owner;
    this.#start = start;
    this.#name = owner.fileName(start);
    owner.inUse.add(this.#name);
  }

  get path(): string {
    return `${this.#folder}/${this.#name}`;
  }

  stats(): { readonly mtimeNs: bigint } {
    return lstatSync(this.path, { bigint: true });
  }

  /** Gives the file another name, which announces it or withdraws the announcement. */
  rename(start: string): void {
    if (start === this.#start) return;
    const name = this.#owner.fileName(start);
    this.#owner.inUse.add(name);
    renameSync(this.path, `${this.#folder}/${name}`);
    this.#owner.inUse.delete(this.#name);
    this.#start = start;
    this.#name = name;
  }

  /** Removes the file if it was not published. What cannot be removed is no longer in use, so nobody here waits for it. */
  async remove(): Promise<void> {
    this.#owner.inUse.delete(this.#name);
    if (this.isPublished) return;
    this.isPublished = true;
    for (let turn = 0; turn < 2; turn++) await attempt(() => ifThere(() => unlinkSync(this.path)));
  }
}

function etagAt({ stats }: Place): string | undefined {
  return stats?.isFile() ? etagOf(stats) : undefined;
}
