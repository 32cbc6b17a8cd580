import { throwIfAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { Attributes, PutMode, StreamBody } from "../types.ts";
import { type Claim, Claims, fenced } from "./claim.ts";
import { type ClaimOwner, processOwner } from "./claim-owner.ts";
import { crc32OfFile, syncFolders, writeSmall } from "./file-bytes.ts";
import { latestTime, noteTime } from "./given-times.ts";
import { dirname, type Layout, withFolder } from "./layout.ts";
import type { Beside, Lookup } from "./lookup.ts";
import { removeOldAttributes } from "./old-attributes.ts";
import { PendingPut } from "./pending-put.ts";
import { type ClaimContent, encode } from "./record.ts";
import { leadToWait, nextTime, pause, timeToPass } from "./stamp.ts";
import { attempt, discard, removeFile } from "./system-error.ts";
import { recordClaimName } from "./temporary-name.ts";

/** An object to write. */
export interface NewObject {
  readonly body: StreamBody;
  readonly mode: PutMode;
  readonly attributes: Attributes | undefined;
}

/** All writes of the store: puts, deletes and accepted edits. */
export class Writer {
  readonly #layout: Layout;
  readonly #lookup: Lookup;
  readonly #fsync: boolean;
  readonly #owner: () => ClaimOwner;
  /** Whether the disk keeps whole seconds only, as far as the writes have shown. */
  #isCoarse = false;
  #ready: Promise<Claims> | undefined;

  constructor(layout: Layout, lookup: Lookup, fsync: boolean, owner: () => ClaimOwner = processOwner) {
    this.#layout = layout;
    this.#lookup = lookup;
    this.#fsync = fsync;
    this.#owner = owner;
  }

  /** Writes an object and returns its etag. */
  async put({ body, mode, attributes }: NewObject, call: Call): Promise<string> {
    const { key } = call;
    const { path: place, stats: before } = this.#layout.locate(key);
    if (mode !== "overwrite") checkMode(mode, this.#lookup.etagOf(key), call);
    const claims = await this.#begin();
    await pause(leadToWait(before));
    const isRecorded = attributes !== undefined || this.#isCoarse || this.#lookup.beside(key).hasRecord;
    const put = new PendingPut(this.#layout, this.#owner(), call, {
      body,
      attributes,
      isRecorded,
      replacedMs: latestTime(place, before),
      fsync: this.#fsync,
    });
    try {
      if (!put.isSmall) await put.write();
      return await claims.alone(call, put, async () => {
        if (put.isSmall) await put.write();
        const { path, stats } = this.#layout.locate(key);
        if (mode !== "overwrite") checkMode(mode, this.#lookup.etagOf(key), call);
        this.#isCoarse ||= put.isCoarse;
        if (this.#isCoarse) await put.takeSecond([stats, this.#lookup.recordOf(key)]);
        else if (latestTime(path, stats) >= put.mtimeMs) await put.takeTime(nextTime(latestTime(path, stats)));
        const beside = this.#lookup.beside(key);
        if (beside.hasRecord) await put.addRecord();
        throwIfAborted(call.signal, call);
        const made = await put.publish(path, stats, beside);
        noteTime(path, put.mtimeMs);
        await this.#settle(put, beside, claims);
        if (this.#fsync) await syncFolders(path, made);
        return put.etag;
      });
    } finally {
      await put.end();
    }
  }

  /** Deletes an object, if there is one, with its record, and the folders that become empty. */
  async delete(call: Call): Promise<void> {
    const { key } = call;
    const { stats } = this.#layout.locate(key);
    if (stats?.isFolder) return;
    const before = this.#lookup.beside(key);
    if (stats === undefined && !before.hasRecord && !before.hasOldAttributes) {
      // A process that was killed may have left empty folders.
      this.#layout.removeEmptyFoldersOf(key);
      return;
    }
    await this.#withClaim(call, { key, isDelete: true }, async (isHeld) => {
      const found = this.#layout.locate(key);
      if (found.stats !== undefined) {
        // Nothing will know the time of this object any more, so the next one must not get it.
        for (let wait = 1; wait > 0; await pause(wait)) wait = timeToPass(found.stats);
        throwIfAborted(call.signal, call);
        if (!isHeld()) throw fenced(call);
        removeFile(found.path);
      }
      // From here on the object is deleted. A record without an object has no effect, and the next delete removes it.
      const { hasRecord, hasOldAttributes } = this.#lookup.beside(key);
      if (hasRecord) discard(this.#layout.recordOf(key));
      if (hasOldAttributes) attempt(() => removeOldAttributes(this.#layout, key));
      if (this.#fsync) await syncFolders(found.path);
      this.#layout.removeEmptyFoldersOf(key);
    });
  }

  /** Removes the record of an object whose bytes are not those that were written, so that the object is taken as it is. */
  async accept(call: Call): Promise<string> {
    const { key } = call;
    this.#lookup.find(key);
    await this.#withClaim(call, { key, isAccept: true }, async () => {
      const { path, stats, record, damagedRecord } = this.#lookup.find(key);
      const isWhole = record !== undefined && record.size === stats.size && crc32OfFile(path) === record.crc32;
      if (isWhole || (record === undefined && damagedRecord === undefined)) return;
      removeFile(this.#layout.recordOf(key));
      if (this.#fsync) await syncFolders(this.#layout.recordOf(key));
      this.#layout.removeEmptyFolders(dirname(this.#layout.recordOf(key)));
    });
    return this.#lookup.find(key).etag;
  }

  /** The first write sweeps what crashed processes left behind. */
  #begin(): Promise<Claims> {
    this.#ready ??= this.#prepare();
    return this.#ready;
  }

  async #prepare(): Promise<Claims> {
    const claims = new Claims(this.#layout, this.#owner());
    try {
      await claims.sweep();
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
    return claims;
  }

  /** Runs work that needs no bytes while this writer holds the claim of the key. */
  async #withClaim(call: Call, content: ClaimContent, work: (isHeld: () => boolean) => Promise<void>): Promise<void> {
    const claims = await this.#begin();
    const owner = this.#owner();
    const id = owner.newId();
    const path = `${this.#layout.temporary}/${recordClaimName(this.#layout.hashOf(call.key), id)}`;
    const claim: Claim = {
      id,
      make: () => withFolder(path, () => writeSmall(path, encode(content), "wx", this.#fsync)),
      withdraw: () => removeFile(path),
    };
    try {
      await claims.alone(call, claim, async () => {
        await work(() => this.#layout.ownStats(path) !== undefined);
        discard(path);
      });
    } finally {
      discard(path);
      owner.release(id);
    }
  }

  /**
   * Brings the record of a published object to its place. The object has been written, and its record is found in the
   * temporary folder too, so a failure is no failure of the write: the next writer of the key repeats it.
   */
  async #settle(put: PendingPut, { hasRecord, hasOldAttributes }: Beside, claims: Claims): Promise<void> {
    const { key } = put.call;
    if (hasOldAttributes) attempt(() => removeOldAttributes(this.#layout, key));
    if (!put.isRecorded) return;
    for (let turn = 0; turn < 3; turn++) {
      if (attempt(() => claims.settle(put.recordClaim, key, hasRecord))) break;
    }
    if (this.#fsync) await syncFolders(this.#layout.recordOf(key), put.madeRecordFolder);
  }
}
