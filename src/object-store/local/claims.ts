import { throwIfAborted } from "../../errors.ts";
import { type Call, objectError } from "../call.ts";
import type { AttributeFiles } from "./attributes.ts";
import { existsSync, readdir, readFileSync, rmdir, unlink } from "./fs.ts";
import { type Layout, withFolder } from "./layout.ts";
import type { Owner } from "./owner.ts";
import { attempt, discard, whenMissing } from "./system-error.ts";
import { writeSmall } from "./write.ts";

/** How long a writer waits for others. A claim is held for some milliseconds, however long the body is. */
const patienceMs = 30_000;

/** How long a claim holds whose owner cannot be asked, because it runs on another machine for example. */
const unknownMs = 60_000;

/**
 * Who may write a key, among all processes.
 *
 * A writer that must be alone puts a file of its own, the claim, into the folder of the key's claims and then looks: the
 * key is its own once it sees no other. Of two writers the one that came second always sees the first; when they
 * see each other, the smaller name stays and the other withdraws. A name holds its owner, so what a dead process has
 * left can be removed without ever hitting a claim of a living one.
 *
 * A plain overwrite need not be alone, but must not come between another's look and its write. It announces itself by the
 * name of its temporary file and then looks for claims: if there is any, it withdraws and claims the key as well. Who
 * claims a key waits for the announced ones. Again the one that came second sees the first.
 */
export class Claims {
  readonly #layout: Layout;
  readonly #owner: Owner;
  readonly #attributes: AttributeFiles;

  constructor(layout: Layout, owner: Owner, attributes: AttributeFiles) {
    this.#layout = layout;
    this.#owner = owner;
    this.#attributes = attributes;
  }

  /** Whether an announced overwrite must withdraw: somebody claims the key, or attributes are to be removed with the object. */
  mustBeAlone(key: string): boolean {
    return existsSync(this.#layout.claimsOf(key)) || this.#attributes.mayHave(key);
  }

  /**
   * Does the work as the only writer of the key.
   *
   * @throws `Aborted`, and `Unavailable` when others do not come to an end
   */
  async alone<Value>(call: Call, work: () => Promise<Value>): Promise<Value> {
    const folder = this.#layout.claimsOf(call.key);
    const claim = this.#owner.newPath(folder, Math.random().toString(36));
    const deadline = Date.now() + patienceMs;
    try {
      await this.#claim(folder, claim, call, deadline);
      await this.#awaitAnnounced(call, deadline);
      try {
        return await work();
      } finally {
        // What could not be tidied up now means nothing, and the next writer of the key tidies it up.
        await attempt(() => this.#attributes.settle(call.key));
      }
    } finally {
      await this.#withdraw(folder, claim);
    }
  }

  /** Tidies up after dead owners of claims; leaves it to the living ones where there are any. */
  async sweep(folder: string): Promise<void> {
    const [living, dead] = await this.#divide(folder, () => true);
    if (living.length > 0) return;
    for (const claim of dead) {
      const key = keyOf(claim);
      if (key !== "") await this.alone({ store: this.#layout.store, verb: "write", key, signal: undefined }, async () => undefined);
    }
    await this.#removeDead(folder, dead);
  }

  async #claim(folder: string, claim: string, call: Call, deadline: number): Promise<void> {
    for (let turn = 0, isMade = false; ; turn++) {
      this.#owner.inUse.add(claim);
      if (!isMade) await withFolder(claim, () => writeSmall(claim, call.key));
      const [living, dead] = await this.#divide(folder, (other) => other !== claim);
      if (living.length === 0) return this.#removeDead(folder, dead);
      isMade = !living.some((other) => other < claim);
      if (!isMade) await this.#withdraw(folder, claim);
      await pause(turn, deadline, call);
    }
  }

  async #awaitAnnounced(call: Call, deadline: number): Promise<void> {
    const { temporary } = this.#layout;
    const start = `${temporary}/${this.#layout.announcementOf(call.key)}.`;
    for (let turn = 0; ; turn++) {
      const [living] = await this.#divide(temporary, (path) => path.startsWith(start));
      if (living.length === 0) return;
      await pause(turn, deadline, call);
    }
  }

  /** A claim that cannot be removed is no longer in use, and its owner takes it for dead. */
  async #withdraw(folder: string, claim: string): Promise<void> {
    this.#owner.inUse.delete(claim);
    await discard(claim);
    await attempt(() => rmdir(folder));
  }

  async #removeDead(folder: string, claims: readonly string[]): Promise<void> {
    for (const claim of claims) {
      const key = keyOf(claim);
      if (key !== "") await this.#attributes.settle(key);
      await unlink(claim).catch(whenMissing);
    }
    await attempt(() => rmdir(folder));
  }

  /** The files in a folder whose owners live, and those whose owners are dead. */
  async #divide(folder: string, isWanted: (path: string) => boolean): Promise<[living: string[], dead: string[]]> {
    const [living, dead]: [string[], string[]] = [[], []];
    for (const name of (await readdir(folder).catch(whenMissing)) ?? []) {
      const path = `${folder}/${name}`;
      if (isWanted(path)) ((await this.#owner.uses(path, unknownMs)) ? living : dead).push(path);
    }
    return [living, dead];
  }
}

/** What a claim says; nothing when its owner died before it did anything. */
function keyOf(claim: string): string {
  try {
    return readFileSync(claim, "utf8");
  } catch {
    return "";
  }
}

async function pause(turn: number, deadline: number, call: Call): Promise<void> {
  if (Date.now() > deadline) throw objectError("Unavailable", call, "has another writer who does not finish");
  await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** turn, 32)));
  throwIfAborted(call.signal, call);
}
