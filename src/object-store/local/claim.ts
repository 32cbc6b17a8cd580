import { throwIfAborted } from "../../errors.ts";
import { type Call, failed } from "../call.ts";
import type { ClaimOwner } from "./claim-owner.ts";
import { crc32OfFile } from "./file-bytes.ts";
import { statsOf } from "./file-stats.ts";
import { closeSync, openSync, renameSync } from "./fs.ts";
import { dirname, type Layout, makeFolder } from "./layout.ts";
import { OldWriters } from "./old-writers.ts";
import { isRecord, readRecord } from "./record.ts";
import { fits } from "./stamp.ts";
import { attempt, codeOf, removeFile } from "./system-error.ts";
import { asideName, bytesNamesOf, parseTemporaryName } from "./temporary-name.ts";

/** How long a writer waits for the others. A claim is held for a few milliseconds, however large the body is. */
const waitMs = 30_000;

/** How long a claim counts whose owner cannot be checked, for example because it runs on another machine. */
const leaseMs = 5000;

/** How long bytes are kept that nobody waits for, if their owner cannot be checked. */
const bytesLeaseMs = 24 * 3_600_000;

/** The claim that a writer makes: one file in the temporary folder whose name has the hash of the key. */
export interface Claim {
  readonly id: string;
  /** Creates the claim. */
  readonly make: () => unknown;
  /** Removes the claim, so that another writer can go first. It can be made again. */
  readonly withdraw: () => unknown;
}

/**
 * The claims that allow one writer of a key at a time, across all processes that use the folder.
 *
 * A writer creates its claim and then lists the temporary folder. It is alone once it sees no other claim of the key: of
 * two writers, the second always sees the first. If both see each other, the one with the smaller id stays and the other
 * withdraws and tries again.
 *
 * A claim whose owner is dead, or cannot be checked and is older than the lease, is buried: its bytes are removed first.
 * Without them the owner can never publish the object, however long it was stopped. If they were gone already, the object
 * was published, and its record is brought to its place.
 */
export class Claims {
  readonly #layout: Layout;
  readonly #owner: ClaimOwner;
  readonly #oldWriters: OldWriters;
  /** The last writer of each hash in this store. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(layout: Layout, owner: ClaimOwner) {
    this.#layout = layout;
    this.#owner = owner;
    this.#oldWriters = new OldWriters(layout, owner, (path, lease) => this.#isYounger(path, lease));
  }

  /**
   * Runs the work while this writer is the only one of the key. The work releases the claim, or `withdraw` does.
   *
   * @throws `Aborted`; `Unavailable` if another writer holds its claim for too long, or an older version writes to the folder
   */
  async alone<Value>(call: Call, claim: Claim, work: () => Value | Promise<Value>): Promise<Value> {
    const hash = this.#layout.hashOf(call.key);
    const before = this.#queues.get(hash);
    let finish = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const last = before === undefined ? mine : before.then(() => mine);
    this.#queues.set(hash, last);
    try {
      if (before !== undefined) await untilAborted(before, call);
      await this.#acquire(call, claim, hash);
      return await work();
    } finally {
      finish();
      if (this.#queues.get(hash) === last) this.#queues.delete(hash);
    }
  }

  /** Removes or finishes what dead processes left behind. */
  async sweep(): Promise<void> {
    for (const name of this.#layout.temporaryNames()) {
      const { kind, id } = parseTemporaryName(name) ?? { kind: "bytes", id: "" };
      const path = `${this.#layout.temporary}/${name}`;
      if (kind === "old") {
        this.#oldWriters.removeDead(name);
      } else if (kind === "record claim" || kind === "plain claim") {
        if (!this.#isHeld(name, id)) await this.#sweepClaim(name);
      } else if (!(this.#owner.isAlive(id) ?? this.#isYounger(path, bytesLeaseMs))) {
        attempt(() => removeFile(path));
      }
    }
  }

  /**
   * Brings the record of a published object from its claim to its place.
   *
   * ext4 writes a file that replaces another one to the disk first, which is slow, so the earlier record is moved away
   * before. If the claim is gone then, another writer took this one for dead and has done all this: its record moves back.
   *
   * @param hasRecord whether the key has an earlier record
   */
  settle(claim: string, key: string, hasRecord: boolean): void {
    const { temporary } = this.#layout;
    const path = this.#layout.recordOf(key);
    const aside = hasRecord ? `${temporary}/${asideName(parseTemporaryName(claim)?.id ?? "")}` : undefined;
    if (aside !== undefined) attempt(() => renameSync(path, aside));
    try {
      moveFile(`${temporary}/${claim}`, path);
    } catch (error) {
      if (aside !== undefined && this.#layout.ownStats(path) === undefined) attempt(() => renameSync(aside, path));
      throw error;
    } finally {
      if (aside !== undefined) attempt(() => removeFile(aside));
    }
  }

  async #acquire(call: Call, claim: Claim, hash: string): Promise<void> {
    const deadline = Date.now() + waitMs;
    for (let round = 0, isMade = false; ; round++) {
      if (!isMade) await claim.make();
      isMade = true;
      const { living, dead, isOldWriting } = this.#look(call, hash, claim.id);
      if (living.length === 0 && !isOldWriting) {
        // Nobody else can be alone now, so nobody else writes what is tidied here.
        for (const name of dead) this.#bury(name, call.key);
        return;
      }
      if (living.some((id) => id < claim.id)) {
        claim.withdraw();
        isMade = false;
      }
      if (Date.now() > deadline) throw failed(call, "Unavailable", "another writer holds its claim; try again later");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** round, 32)));
      throwIfAborted(call.signal, call);
    }
  }

  /** The other claims of a hash: the ids of the living, the names of the dead. */
  #look(call: Call, hash: string, own: string): { living: string[]; dead: string[]; isOldWriting: boolean } {
    const [living, dead]: [string[], string[]] = [[], []];
    let isOldWriting = false;
    for (const name of this.#layout.temporaryNames()) {
      if (own !== "" && name.endsWith(`.${own}`)) continue;
      const parsed = parseTemporaryName(name);
      if (parsed?.kind === "old") isOldWriting = this.#oldWriters.isWriting(name, call) || isOldWriting;
      if ((parsed?.kind !== "plain claim" && parsed?.kind !== "record claim") || parsed.hash !== hash) continue;
      if (this.#isHeld(name, parsed.id)) living.push(parsed.id);
      else dead.push(name);
    }
    return { living, dead, isOldWriting };
  }

  #isHeld(name: string, id: string): boolean {
    return this.#owner.isAlive(id) ?? this.#isYounger(`${this.#layout.temporary}/${name}`, leaseMs);
  }

  /** Whether a file changed within the last so many milliseconds, by the clock of the disk: a file that is made now tells it. */
  #isYounger(path: string, lease: number): boolean {
    const id = this.#owner.newId();
    const probe = `${this.#layout.temporary}/${asideName(id)}`;
    try {
      closeSync(openSync(probe, "wx"));
      const now = statsOf(probe)?.changedMs;
      const changed = statsOf(path)?.changedMs;
      // One second more, because Deno reports these times in whole seconds.
      return now !== undefined && changed !== undefined && now - changed < lease + 1000;
    } finally {
      attempt(() => removeFile(probe));
      this.#owner.release(id);
    }
  }

  /** Buries a claim while this process holds a claim of the same key, unless a living writer is there to do it. */
  async #sweepClaim(name: string): Promise<void> {
    const { temporary, store } = this.#layout;
    const content = name.startsWith("k.") ? readRecord(`${temporary}/${name}`, { store, key: "" }) : undefined;
    if (content === undefined || content === "damaged" || this.#layout.hashOf(content.key) !== parseTemporaryName(name)?.hash) {
      this.#bury(name, undefined);
      return;
    }
    const { hash = "" } = parseTemporaryName(name) ?? {};
    const call = { store, verb: "write", key: content.key, signal: undefined } as const;
    if (this.#look(call, hash, "").living.length > 0) return;
    const id = this.#owner.newId();
    const own = `${temporary}/d.${hash}.${id}`;
    const claim: Claim = { id, make: () => closeSync(openSync(own, "wx")), withdraw: () => removeFile(own) };
    try {
      await this.alone(call, claim, () => undefined);
    } finally {
      attempt(() => removeFile(own));
      this.#owner.release(id);
    }
  }

  /** @param key the key that this process has a claim of; without it nothing but the fence is done */
  #bury(name: string, key: string | undefined): void {
    const { temporary, store } = this.#layout;
    const path = `${temporary}/${name}`;
    const content = name.startsWith("k.") ? readRecord(path, { store, key: key ?? "" }) : undefined;
    const wasUnpublished = bytesNamesOf(name)
      .map((bytes) => removeFile(`${temporary}/${bytes}`))
      .includes(true);
    if (content !== undefined && content !== "damaged" && key !== undefined) {
      // Another key with the same hash: its own writers do the rest.
      if (content.key !== key && !wasUnpublished) return;
      const found = this.#layout.locate(content.key);
      if (isRecord(content)) {
        const mayBePublished = !wasUnpublished && found.stats?.isFile && fits(found.stats, content);
        if (mayBePublished && crc32OfFile(found.path) === content.crc32) {
          this.settle(name, content.key, this.#layout.ownStats(this.#layout.recordOf(content.key)) !== undefined);
          return;
        }
      } else if (found.stats === undefined && "isDelete" in content) {
        removeFile(this.#layout.recordOf(content.key));
      }
      this.#layout.removeEmptyFoldersOf(content.key);
    }
    removeFile(path);
  }
}

/**
 * Moves a file of the temporary folder to its place. Creates the folder if it is missing.
 *
 * @throws `ENOENT` if the file is not in the temporary folder any more
 */
export function moveFile(from: string, to: string): void {
  for (let turn = 0; ; turn++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || turn === 1000 || statsOf(from) === undefined) throw error;
    }
    makeFolder(dirname(to));
  }
}

/** The error of a writer whose claim was buried. */
export function fenced(call: Call): Error {
  return failed(call, "Unavailable", "another process took this writer for dead because it was stopped for seconds; try again");
}

/** Waits for a promise, but no longer than the signal of the call allows. */
async function untilAborted(promise: Promise<unknown>, call: Call): Promise<void> {
  const { signal } = call;
  if (signal === undefined) {
    await promise;
    return;
  }
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener("abort", stop, { once: true });
  });
  if (!signal.aborted) await Promise.race([promise, aborted]);
  signal.removeEventListener("abort", stop);
  throwIfAborted(signal, call);
}
