import { isProcessAlive, processName } from "../../runtime/holder/os-process.ts";

/**
 * The owner of claims and temporary files: `pid-start-machine-random`, which is part of their names.
 */
export class ClaimOwner {
  readonly name: string = `${processName()}-${Math.random().toString(36).slice(2, 10)}`;
  readonly #inUse = new Set<string>();
  #serial = 0;

  /** Returns a new id, which names the files of one write and is in use until it is released. */
  newId(): string {
    const id = `${(++this.#serial).toString(36)}.${this.name}`;
    this.#inUse.add(id);
    return id;
  }

  /** Files that are left of this id are now leftovers. */
  release(id: string): void {
    this.#inUse.delete(id);
  }

  /** Returns whether the write of this id is still under way; undefined if nobody here can check it. */
  isAlive(id: string): boolean | undefined {
    const owner = id.slice(id.lastIndexOf(".") + 1);
    if (owner === this.name) return this.#inUse.has(id);
    return isProcessAlive(owner);
  }
}

let owner: ClaimOwner | undefined;

/** The owner that all stores of this process share, so each knows which writes of the others are under way. */
export function processOwner(): ClaimOwner {
  owner ??= new ClaimOwner();
  return owner;
}
