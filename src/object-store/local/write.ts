import { crcText } from "../../encoding/crc32.ts";
import { throwIfAborted } from "../../errors.ts";
import { bytesOf, isBuffered } from "../body.ts";
import { type Call, failed } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { Attributes, PutMode, StreamBody } from "../types.ts";
import { type Claim, Claims, moveFile } from "./claim.ts";
import { type ClaimOwner, processOwner } from "./claim-owner.ts";
import { crc32 } from "./crc32.ts";
import { beginFile, crc32OfFile, restamp, smallBody, syncFolders, type WrittenFile, writeSmall } from "./file-bytes.ts";
import type { FileStats, Stamp } from "./file-stats.ts";
import { close, openSync, rename, renameSync } from "./fs.ts";
import { dirname, isWindows, type Layout, makeFolder, withFolder } from "./layout.ts";
import type { Beside, Lookup } from "./lookup.ts";
import { removeOldAttributes } from "./old-attributes.ts";
import { type ClaimContent, encode, newToken, type ObjectRecord } from "./record.ts";
import { leadToWait, nextSecond, nextTime, plainEtag, timeToPass } from "./stamp.ts";
import { attempt, codeOf, discard, removeFile } from "./system-error.ts";
import { bytesName, plainClaimName, recordClaimName } from "./temporary-name.ts";

/** A larger body, and a stream, is written before the claim is made, because other writers of the key wait for the claim. */
const largestClaim = 8 * 1024 * 1024;

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
    const before = this.#layout.locate(key).stats;
    if (mode !== "overwrite") checkMode(mode, this.#lookup.etagOf(key), call);
    const claims = await this.#begin();
    await pause(leadToWait(before));
    const isRecorded = attributes !== undefined || this.#isCoarse || this.#lookup.beside(key).hasRecord;
    const put = new PendingPut(this.#layout, this.#owner(), call, { body, attributes, isRecorded, before, fsync: this.#fsync });
    try {
      if (!put.isSmall) await put.write();
      return await claims.alone(call, put, async () => {
        if (put.isSmall) await put.write();
        const { path, stats } = this.#layout.locate(key);
        if (mode !== "overwrite") checkMode(mode, this.#lookup.etagOf(key), call);
        this.#isCoarse ||= put.isCoarse;
        if (this.#isCoarse) await put.takeSecond([stats, this.#lookup.recordOf(key)]);
        else if (stats !== undefined && stats.mtimeMs >= put.mtimeMs) await put.takeTime(nextTime(stats));
        const beside = this.#lookup.beside(key);
        if (beside.hasRecord) await put.addRecord();
        throwIfAborted(call.signal, call);
        const made = await put.publish(path, stats, beside);
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

interface PutRequest {
  readonly body: StreamBody;
  readonly attributes: Attributes | undefined;
  readonly isRecorded: boolean;
  /** The object that was there before the put began. */
  readonly before: FileStats | undefined;
  readonly fsync: boolean;
}

/** The files of one put in the temporary folder, from their creation to their publication or removal. They are its claim. */
class PendingPut implements Claim {
  readonly id: string;
  readonly call: Call;
  readonly recordClaim: string;
  /** Whether the bytes are written while the claim is made. */
  readonly isSmall: boolean;
  madeRecordFolder: string | undefined;
  /** Whether the disk did not keep the milliseconds of the time. Then the time cannot tell the object from another one. */
  isCoarse = false;
  readonly #layout: Layout;
  readonly #owner: ClaimOwner;
  readonly #request: PutRequest;
  readonly #body: Exclude<StreamBody, string>;
  readonly #bytes: string;
  readonly #plainClaim: string;
  /** Where the bytes are now: under a name that nobody waits for, or under that of a claim. */
  #path: string;
  #isRecorded: boolean;
  #isPublished = false;
  #writing: Promise<WrittenFile> | undefined;
  #freeing: Promise<void> | undefined;
  /** The size and time of the file: those that it will have, until it is written. */
  #stamp: Stamp = { size: 0, mtimeMs: 0 };
  #crc32: string | undefined;
  #record: ObjectRecord | undefined;

  constructor(layout: Layout, owner: ClaimOwner, call: Call, request: PutRequest) {
    this.#layout = layout;
    this.#owner = owner;
    this.call = call;
    this.#request = request;
    this.#isRecorded = request.isRecorded;
    this.id = owner.newId();
    const hash = layout.hashOf(call.key);
    this.recordClaim = recordClaimName(hash, this.id);
    this.#bytes = `${layout.temporary}/${bytesName(this.id)}`;
    this.#plainClaim = `${layout.temporary}/${plainClaimName(hash, this.id)}`;
    this.#body = isBuffered(request.body) ? bytesOf(request.body) : request.body;
    this.isSmall = this.#body instanceof Uint8Array && this.#body.byteLength <= largestClaim;
    this.#path = this.isSmall && !request.isRecorded ? this.#plainClaim : this.#bytes;
  }

  get mtimeMs(): number {
    return this.#stamp.mtimeMs;
  }

  get isRecorded(): boolean {
    return this.#isRecorded;
  }

  /** The identity of the object, once it is published. */
  get etag(): string {
    return this.#record ? `"${this.#record.etag}"` : plainEtag(this.#stamp);
  }

  /** Waits until the bytes are written. */
  async write(): Promise<void> {
    const { crc32: crc, ...stamp } = await (await this.#begin()).written;
    this.#crc32 ??= crc;
    this.isCoarse = stamp.mtimeMs !== this.mtimeMs;
    this.#stamp = stamp;
  }

  /** Makes the claim, while the system writes the bytes. */
  async make(): Promise<void> {
    await this.#begin();
    if (this.#isRecorded) await this.#writeRecord("wx");
    else if (this.#path !== this.#plainClaim) this.#move(this.#plainClaim);
  }

  withdraw(): void {
    if (this.#isRecorded) removeFile(this.#recordPath);
    else this.#move(this.#bytes);
  }

  /** Sets another time, if another writer has replaced the object meanwhile. */
  async takeTime(mtimeMs: number): Promise<void> {
    try {
      await restamp(this.#path, mtimeMs, this.#request.fsync);
    } catch (error) {
      throw this.#explain(error);
    }
    this.#stamp = { ...this.#stamp, mtimeMs };
    if (this.#isRecorded) await this.#writeRecord("w");
  }

  /** On a disk that keeps whole seconds: sets a second that none of these files has. The record tells the object from others. */
  async takeSecond(taken: readonly (Stamp | undefined)[]): Promise<void> {
    await this.addRecord();
    await this.takeTime(nextSecond(this.mtimeMs, this.#stamp.size, taken));
  }

  /** Gives the object a record although it has no attributes, because it replaces one that has a record. */
  async addRecord(): Promise<void> {
    if (this.#isRecorded) return;
    this.#isRecorded = true;
    await this.#writeRecord("wx");
  }

  /** Moves the object to its place. This is the moment of the write. Returns the first folder that was created. */
  async publish(path: string, replaced: FileStats | undefined, beside: Beside): Promise<string | undefined> {
    if (this.#isRecorded) {
      if (!beside.hasFolder) this.madeRecordFolder = makeFolder(dirname(this.#layout.recordOf(this.call.key)));
      if (this.#request.fsync) await syncFolders(this.#recordPath);
    }
    const made = this.#request.fsync && replaced === undefined ? makeFolder(dirname(path)) : undefined;
    try {
      if (replaced === undefined) moveFile(this.#path, path);
      else await this.#replace(path, replaced);
    } catch (error) {
      throw this.#explain(error);
    }
    this.#isPublished = true;
    return made;
  }

  /** Removes what was not published. A file that cannot be removed is no longer in use, so no writer of this process waits for it. */
  async end(): Promise<void> {
    await this.#writing?.catch(() => undefined);
    await this.#freeing;
    this.#owner.release(this.id);
    if (this.#isPublished) return;
    discard(this.#path);
    if (this.#isRecorded) discard(this.#recordPath);
  }

  get #recordPath(): string {
    return `${this.#layout.temporary}/${this.recordClaim}`;
  }

  #move(path: string): void {
    try {
      renameSync(this.#path, path);
    } catch (error) {
      throw this.#explain(error);
    }
    this.#path = path;
  }

  /**
   * Replaces an object. The system frees the bytes of a large one for as long as it writes them. It begins when the last descriptor is
   * closed, so a put with a record brings the record to its place meanwhile.
   */
  async #replace(path: string, replaced: FileStats): Promise<void> {
    // ext4 starts to write a file that replaces another one to the disk: long work for a large file.
    const isLong = Math.max(replaced.size, this.#stamp.size) > smallBody;
    const held = isLong && this.#isRecorded && replaced.isFile && !isWindows ? openIfAllowed(path) : undefined;
    try {
      await this.#renameOver(path, isLong);
    } finally {
      if (held !== undefined) this.#freeing = close(held);
    }
  }

  async #renameOver(path: string, isLong: boolean): Promise<void> {
    for (let turn = 0; ; turn++) {
      try {
        if (isLong) await rename(this.#path, path);
        else renameSync(this.#path, path);
        return;
      } catch (error) {
        // Windows refuses to replace a file that another program has open.
        const isBusy = isWindows && ["EPERM", "EACCES", "EBUSY"].includes(codeOf(error) ?? "");
        if (!isBusy && codeOf(error) === "ENOENT") return moveFile(this.#path, path);
        if (!isBusy || turn === 100) throw error;
      }
      await pause(Math.min(turn, 50));
    }
  }

  /** Creates the file of the bytes, and begins to write them. A large body is written while its CRC-32 is computed. */
  async #begin(): Promise<{ readonly written: Promise<WrittenFile> }> {
    if (this.#writing === undefined) {
      const { before, fsync } = this.#request;
      const body = this.#body;
      const mtimeMs = nextTime(before);
      this.#stamp = { size: body instanceof Uint8Array ? body.byteLength : 0, mtimeMs };
      this.#writing = (await beginFile({ path: this.#path, body, mtimeMs, fsync }, this.call)).written;
      if (this.#isRecorded && body instanceof Uint8Array) this.#crc();
    }
    return { written: this.#writing };
  }

  /** The CRC-32 of the bytes. A stream has one when it is written, which is before it gets a record. */
  #crc(): string {
    this.#crc32 ??= crcText(crc32(this.#body as Uint8Array));
    return this.#crc32;
  }

  async #writeRecord(flags: "wx" | "w"): Promise<void> {
    const { attributes, fsync } = this.#request;
    this.#record = {
      key: this.call.key,
      etag: this.#record?.etag ?? newToken(),
      ...this.#stamp,
      crc32: this.#crc(),
      contentType: attributes?.contentType,
      metadata: attributes?.metadata,
    };
    const text = encode(this.#record);
    await withFolder(this.#recordPath, () => writeSmall(this.#recordPath, text, flags, fsync));
  }

  /** Bytes that are gone were removed by a writer that took this one for dead. */
  #explain(error: unknown): unknown {
    return codeOf(error) === "ENOENT" && this.#layout.ownStats(this.#path) === undefined ? fenced(this.call) : error;
  }
}

/** Opens a file; undefined if this process may not read it, or has no descriptor left. */
function openIfAllowed(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}

function fenced(call: Call): Error {
  return failed(call, "Unavailable", "another process took this writer for dead because it was stopped for seconds; try again");
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
