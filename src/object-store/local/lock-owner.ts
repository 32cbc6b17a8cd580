import { hostname } from "node:os";
import { kill, pid } from "node:process";
import { lstat, readFileSync, readlinkSync } from "./fs.ts";
import { codeOf, whenMissing } from "./system-error.ts";

/**
 * The owner of lock files and temporary files: `pid-start-machine-random`, which is part of their names. The start time
 * tells a process from a later one with the same number. The machine (its boot and its container) tells it from a
 * process elsewhere. Where the runtime does not report them, the start is empty and the machine is random.
 */
export class LockOwner {
  readonly id: string;
  /** The paths of this owner's files that are in use. Any other file of this owner is left over from a failure. */
  readonly inUse: Set<string> = new Set();
  readonly #machine: string;
  #serial = 0;

  constructor() {
    const random = Math.random().toString(36).slice(2, 10);
    this.#machine = machineId() ?? `unknown${random}`;
    this.id = `${pid}-${startOf(pid) ?? ""}-${this.#machine}-${random}`;
  }

  /** Returns a path that no file ever had, ends with the owner and is in use from now on. */
  newPath(folder: string, start: string): string {
    const path = `${folder}/${start}.${(++this.#serial).toString(36)}.${this.id}`;
    this.inUse.add(path);
    return path;
  }

  /** Returns whether the owner of a file still uses it. If that cannot be checked: whether the file is younger than `leaseMs`. */
  async uses(path: string, leaseMs: number): Promise<boolean> {
    const id = path.slice(path.lastIndexOf(".") + 1);
    if (id === this.id) return this.inUse.has(path);
    const [number = "", start, machine] = id.split("-");
    if (machine === this.#machine && /^\d+$/.test(number)) {
      try {
        kill(Number(number), 0);
      } catch (error) {
        // Any other code, such as EPERM for another user's process, does not show that it is dead.
        if (codeOf(error) === "ESRCH") return false;
      }
      const found = startOf(Number(number));
      if (found !== undefined && start !== "") return found === start;
    }
    const stats = await lstat(path).catch(whenMissing);
    return stats !== undefined && Date.now() - stats.mtimeMs < leaseMs;
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
