import { type Call, failed } from "../call.ts";
import type { ClaimOwner } from "./claim-owner.ts";
import { readdirSync, rmdirSync } from "./fs.ts";
import type { Layout } from "./layout.ts";
import { attempt, ifThereSync, removeFile } from "./system-error.ts";

/** How long a file of version 0.1 counts whose owner cannot be checked. */
const leaseMs = 5000;

/**
 * Processes with version 0.1 of this library. Their locks (`lock.<hash>/…`) and temporary files (`put.…` and `new.…`) mean
 * nothing to the claims of today, and today's claims mean nothing to them. So both must not write at the same time.
 */
export class OldWriters {
  readonly #layout: Layout;
  readonly #owner: ClaimOwner;
  readonly #isYounger: (path: string, leaseMs: number) => boolean;

  constructor(layout: Layout, owner: ClaimOwner, isYounger: (path: string, leaseMs: number) => boolean) {
    this.#layout = layout;
    this.#owner = owner;
    this.#isYounger = isYounger;
  }

  /**
   * Returns whether a file or folder of version 0.1 may belong to a write that is under way. If not, removes it.
   *
   * @throws `Unavailable` if its process is alive
   */
  isWriting(name: string, call: Call): boolean {
    let isWriting = false;
    for (const path of this.#filesOf(name)) {
      const id = path.slice(path.lastIndexOf(".") + 1);
      const isAlive = this.#owner.isAlive(id);
      if (isAlive) {
        const reason = `an older version of edgewater (process ${id.split("-")[0]}) is writing to this folder; stop or update it, then try again`;
        throw failed(call, "Unavailable", reason);
      }
      if (isAlive === undefined && this.#isYounger(path, leaseMs)) isWriting = true;
      else attempt(() => removeFile(path));
    }
    if (!isWriting && name.startsWith("lock.")) attempt(() => rmdirSync(`${this.#layout.temporary}/${name}`));
    return isWriting;
  }

  /** Removes a file or folder of version 0.1 if its process is dead. */
  removeDead(name: string): void {
    attempt(() => this.isWriting(name, { store: this.#layout.store, verb: "write", key: "", signal: undefined }));
  }

  #filesOf(name: string): string[] {
    const path = `${this.#layout.temporary}/${name}`;
    if (!name.startsWith("lock.")) return [path];
    return (ifThereSync(() => readdirSync(path)) ?? []).map((file) => `${path}/${file}`);
  }
}
