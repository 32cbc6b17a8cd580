import { EdgewaterError, throwIfAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { AttributeFiles } from "./attributes.ts";
import { existsSync, lstat, readdir, readFileSync, rmdir, unlink } from "./fs.ts";
import { type Layout, withFolder } from "./layout.ts";
import { type Owner, unknownOwner } from "./owner.ts";
import { attempt, ifThere } from "./system-error.ts";
import { writeSmall } from "./write.ts";

/** How long a writer waits for others. A claim is held for some milliseconds, however long the body is. */
const patienceMs = 30_000;

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
    const name = this.#owner.fileName(Math.random().toString(36).slice(2, 12).padEnd(10, "0"));
    const deadline = Date.now() + patienceMs;
    try {
      await this.#claim(folder, name, call, deadline);
      await this.#awaitAnnounced(call, deadline);
      try {
        return await work();
      } finally {
        // What could not be tidied up now means nothing, and the next writer of the key tidies it up.
        await attempt(() => this.#attributes.settle(call.key));
      }
    } finally {
      await this.#withdraw(folder, name);
    }
  }

  /** Tidies up after dead owners of claims; leaves it to the living ones where there are any. */
  async sweep(folder: string): Promise<void> {
    const names = (await ifThere(() => readdir(folder))) ?? [];
    const [living, dead] = await this.#divide(folder, names);
    if (living.length > 0) return;
    const keys = new Set(dead.map((name) => keyOf(`${folder}/${name}`)));
    keys.delete("");
    for (const key of keys) await this.alone({ store: this.#layout.store, verb: "write", key, signal: undefined }, async () => undefined);
    if (keys.size === 0) await this.#removeDead(folder, dead);
  }

  async #claim(folder: string, name: string, call: Call, deadline: number): Promise<void> {
    const path = `${folder}/${name}`;
    for (let turn = 0; ; turn++) {
      if (!this.#owner.inUse.has(name)) {
        this.#owner.inUse.add(name);
        await withFolder(path, () => writeSmall(path, new TextEncoder().encode(call.key)));
      }
      const names = (await readdir(folder)).filter((other) => other !== name);
      const [living, dead] = await this.#divide(folder, names);
      if (living.length === 0) return this.#removeDead(folder, dead);
      if (living.some((other) => other < name)) await this.#withdraw(folder, name);
      await pause(turn, deadline, call);
    }
  }

  async #awaitAnnounced(call: Call, deadline: number): Promise<void> {
    const start = `${this.#layout.announcementOf(call.key)}.`;
    for (let turn = 0; ; turn++) {
      const announced = (await readdir(this.#layout.temporary)).filter((name) => name.startsWith(start));
      const [living] = await this.#divide(this.#layout.temporary, announced);
      if (living.length === 0) return;
      await pause(turn, deadline, call);
    }
  }

  /** A claim that cannot be removed is no longer in use, and its owner takes it for dead. */
  async #withdraw(folder: string, name: string): Promise<void> {
    this.#owner.inUse.delete(name);
    for (let turn = 0; turn < 3; turn++) {
      try {
        await ifThere(() => unlink(`${folder}/${name}`));
        break;
      } catch {
        // Once more: others would wait for it.
      }
    }
    await attempt(() => rmdir(folder));
  }

  async #removeDead(folder: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const path = `${folder}/${name}`;
      const key = keyOf(path);
      if (key !== "") await this.#attributes.settle(key);
      await ifThere(() => unlink(path));
    }
    await attempt(() => rmdir(folder));
  }

  /** The names whose owners live, and those whose owners are dead. */
  async #divide(folder: string, names: readonly string[]): Promise<[living: string[], dead: string[]]> {
    const [living, dead]: [string[], string[]] = [[], []];
    for (const name of names) {
      ((await isUsed(this.#owner, folder, name, unknownOwner.claimMs)) ? living : dead).push(name);
    }
    return [living, dead];
  }
}

/** Whether a file's owner uses it; when nobody can tell, whether it is young. */
export async function isUsed(owner: Owner, folder: string, name: string, ageMs: number): Promise<boolean> {
  const answer = owner.uses(name);
  if (answer !== undefined) return answer;
  const stats = await ifThere(() => lstat(`${folder}/${name}`));
  return stats !== undefined && Date.now() - stats.mtimeMs < ageMs;
}

/** What a claim says; nothing when its owner died before it did anything. */
function keyOf(claim: string): string {
  try {
    return readFileSync(claim, "utf8");
  } catch {
    return "";
  }
}

async function pause(turn: number, deadline: number, { store, key, signal }: Call): Promise<void> {
  if (Date.now() > deadline) {
    throw new EdgewaterError("Unavailable", `Another writer of ${JSON.stringify(key)} in ${store} does not come to an end`, { store, key });
  }
  await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** turn, 32)));
  throwIfAborted(signal, { store, key });
}
