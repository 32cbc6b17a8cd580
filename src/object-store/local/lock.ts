import { throwIfAborted } from "../../errors.ts";
import { type Call, failed } from "../call.ts";
import type { AttributeFiles } from "./attributes.ts";
import { existsSync, readdir, readFileSync, rmdir, unlink } from "./fs.ts";
import { type Layout, withFolder } from "./layout.ts";
import type { LockOwner } from "./lock-owner.ts";
import { attempt, discard, whenMissing } from "./system-error.ts";
import { writeSmall } from "./write-file.ts";

/** How long a writer waits for the others. A lock is held for a few milliseconds, however large the body is. */
const waitMs = 30_000;

/** How long a lock counts whose owner cannot be checked, for example because it runs on another machine. */
const leaseMs = 60_000;

/**
 * The locks that allow one writer of a key at a time, across all processes that use the folder.
 *
 * A writer that needs the lock creates a file of its own in the lock folder of the key and then lists the folder. It
 * holds the lock once it sees no other file. Of two writers, the second always sees the first; if both see each other,
 * the one with the smaller name stays and the other withdraws and tries again. The name of a lock file contains its
 * owner, so the lock of a dead process can be removed without ever removing the lock of a living one.
 *
 * A plain overwrite does not need the lock, but must not happen between the check and the write of a lock holder. It
 * announces itself by the name of its temporary file and then looks for locks; if there are any, it withdraws the
 * announcement and takes the lock as well. A lock holder waits for the announced writes. Again the second sees the first.
 */
export class KeyLocks {
  readonly #layout: Layout;
  readonly #owner: LockOwner;
  readonly #attributes: AttributeFiles;

  constructor(layout: Layout, owner: LockOwner, attributes: AttributeFiles) {
    this.#layout = layout;
    this.#owner = owner;
    this.#attributes = attributes;
  }

  /** Whether an announced overwrite must take the lock: another writer has it, or the object may have attributes to remove. */
  needsLock(key: string): boolean {
    return existsSync(this.#layout.locksOf(key)) || this.#attributes.mayHave(key);
  }

  /**
   * Runs the work while this writer holds the lock of the key.
   *
   * @throws `Aborted`; `Unavailable` if another writer holds the lock for too long
   */
  async withLock<Value>(call: Call, work: () => Promise<Value>): Promise<Value> {
    const folder = this.#layout.locksOf(call.key);
    const lock = this.#owner.newPath(folder, Math.random().toString(36));
    const deadline = Date.now() + waitMs;
    try {
      await this.#acquire(folder, lock, call, deadline);
      await this.#waitForAnnounced(call, deadline);
      try {
        return await work();
      } finally {
        // Stale attributes have no effect; the next writer of the key removes what could not be removed now.
        await attempt(() => this.#attributes.removeStale(call.key));
      }
    } finally {
      await this.#release(folder, lock);
    }
  }

  /** Removes the locks of dead owners from a lock folder, unless a living owner is there to do it. */
  async sweep(folder: string): Promise<void> {
    const [living, dead] = await this.#splitByLiveness(folder, () => true);
    if (living.length > 0) return;
    for (const lock of dead) {
      const key = keyOf(lock);
      if (key !== "") await this.withLock({ store: this.#layout.store, verb: "write", key, signal: undefined }, async () => undefined);
    }
    await this.#removeDead(folder, dead);
  }

  async #acquire(folder: string, lock: string, call: Call, deadline: number): Promise<void> {
    for (let round = 0, isWritten = false; ; round++) {
      this.#owner.inUse.add(lock);
      if (!isWritten) await withFolder(lock, () => writeSmall(lock, call.key));
      const [living, dead] = await this.#splitByLiveness(folder, (other) => other !== lock);
      if (living.length === 0) return this.#removeDead(folder, dead);
      isWritten = !living.some((other) => other < lock);
      if (!isWritten) await this.#release(folder, lock);
      await pause(round, deadline, call);
    }
  }

  async #waitForAnnounced(call: Call, deadline: number): Promise<void> {
    const { temporary } = this.#layout;
    const start = `${temporary}/${this.#layout.announcementOf(call.key)}.`;
    for (let round = 0; ; round++) {
      const [living] = await this.#splitByLiveness(temporary, (path) => path.startsWith(start));
      if (living.length === 0) return;
      await pause(round, deadline, call);
    }
  }

  /** A lock file that cannot be removed is no longer in use, so its owner treats it as dead. */
  async #release(folder: string, lock: string): Promise<void> {
    this.#owner.inUse.delete(lock);
    await discard(lock);
    await attempt(() => rmdir(folder));
  }

  async #removeDead(folder: string, locks: readonly string[]): Promise<void> {
    for (const lock of locks) {
      const key = keyOf(lock);
      if (key !== "") await this.#attributes.removeStale(key);
      await unlink(lock).catch(whenMissing);
    }
    await attempt(() => rmdir(folder));
  }

  /** Splits the files of a folder by whether their owners still live. */
  async #splitByLiveness(folder: string, isWanted: (path: string) => boolean): Promise<[living: string[], dead: string[]]> {
    const [living, dead]: [string[], string[]] = [[], []];
    for (const name of (await readdir(folder).catch(whenMissing)) ?? []) {
      const path = `${folder}/${name}`;
      if (isWanted(path)) ((await this.#owner.uses(path, leaseMs)) ? living : dead).push(path);
    }
    return [living, dead];
  }
}

/** The key that a lock file holds; empty if its owner died before it wrote the key. */
function keyOf(lock: string): string {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return "";
  }
}

async function pause(round: number, deadline: number, call: Call): Promise<void> {
  if (Date.now() > deadline) throw failed(call, "Unavailable", "another writer holds its lock; try again later");
  await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** round, 32)));
  throwIfAborted(call.signal, call);
}
