import { hostname } from "node:os";
import { kill, pid } from "node:process";
import { readFileSync, readlinkSync } from "./fs.ts";
import { codeOf } from "./system-error.ts";

/**
 * The owner of claims and temporary files: `pid-start-machine-random`, which is part of their names. The start time tells
 * a process from a later one with the same number. The machine (its boot and its container) tells it from a process
 * elsewhere. Where the runtime does not report them, the start is empty and the machine is random.
 */
export class ClaimOwner {
  readonly name: string;
  readonly #machine: string;
  readonly #inUse = new Set<string>();
  #serial = 0;

  constructor() {
    const random = Math.random().toString(36).slice(2, 10);
    this.#machine = machineId() ?? `unknown${random}`;
    this.name = `${pid}-${startOf(pid) ?? ""}-${this.#machine}-${random}`;
  }

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
    const [number = "", start, machine] = owner.split("-");
    if (machine !== this.#machine || !/^\d+$/.test(number)) return undefined;
    // Another thread of this process may have ended, and nothing reports it.
    if (Number(number) === pid) return start === (startOf(pid) ?? "") ? undefined : false;
    try {
      kill(Number(number), 0);
    } catch (error) {
      // Any other code, such as EPERM for another user's process, does not show that it is dead.
      if (codeOf(error) === "ESRCH") return false;
    }
    const found = startOf(Number(number));
    return found === undefined || start === "" ? undefined : found === start;
  }
}

/**
 * The start time of a process, in clock ticks since the machine booted (Linux, `/proc/<pid>/stat`). Undefined where the
 * system does not report it; empty for a zombie.
 */
function startOf(process: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${process}/stat`, "utf8");
    // The name of the program, in parentheses, may contain any character.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return /[ZX]/.test(fields[0] ?? "") ? "" : fields[19];
  } catch {
    return undefined;
  }
}

/** Where process numbers are comparable: the boot of the machine and the container; otherwise the host name. */
function machineId(): string | undefined {
  for (const read of [() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8") + readlinkSync("/proc/self/ns/pid"), hostname]) {
    try {
      return read().replace(/[^a-z0-9]/gi, "");
    } catch {
      // Not Linux, or not allowed.
    }
  }
  return undefined;
}

let owner: ClaimOwner | undefined;

/** The owner that all stores of this process share, so each knows which writes of the others are under way. */
export function processOwner(): ClaimOwner {
  owner ??= new ClaimOwner();
  return owner;
}
