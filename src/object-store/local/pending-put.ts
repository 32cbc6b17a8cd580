import { crcText } from "../../encoding/crc32.ts";
import { bytesOf, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import type { Attributes, StreamBody } from "../types.ts";
import { type Claim, fenced, moveFile } from "./claim.ts";
import type { ClaimOwner } from "./claim-owner.ts";
import { beginFile, crc32, openForReading, restamp, smallBody, syncFolders, type WrittenFile, writeSmall } from "./file-bytes.ts";
import type { FileStats, Stamp } from "./file-stats.ts";
import { close, rename, renameSync } from "./fs.ts";
import { dirname, isWindows, type Layout, makeFolder, withFolder } from "./layout.ts";
import type { Beside } from "./lookup.ts";
import { encode, newToken, type ObjectRecord } from "./record.ts";
import { nextSecond, nextTime, pause, plainEtag } from "./stamp.ts";
import { codeOf, discard, removeFile } from "./system-error.ts";
import { bytesName, plainClaimName, recordClaimName } from "./temporary-name.ts";

/** A larger body, and a stream, is written before the claim is made, because other writers of the key wait for the claim. */
const largestClaim = 8 * 1024 * 1024;

/** What a put writes. */
export interface PutRequest {
  readonly body: StreamBody;
  readonly attributes: Attributes | undefined;
  readonly isRecorded: boolean;
  /** The latest time of the object that was there before the put began; 0 if it is not known. */
  readonly replacedMs: number;
  readonly fsync: boolean;
}

/** The files of one put in the temporary folder, from their creation to their publication or removal. They are its claim. */
export class PendingPut implements Claim {
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
  /** Where the bytes are now: under a name that no writer waits for, or under that of a claim. */
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
    const held = isLong && this.#isRecorded && replaced.isFile && !isWindows ? openForReading(path) : undefined;
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
      const { replacedMs, fsync } = this.#request;
      const body = this.#body;
      const mtimeMs = nextTime(replacedMs);
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
