import { hostname } from "node:os";
import { kill, pid } from "node:process";
import { lstat, readFileSync, readlinkSync } from "./fs.ts";
import { codeOf, whenMissing } from "./system-error.ts";

/**
 * Whose a temporary file or a claim is: `pid-start-place-random`, in its name. The time at which the process was started
 * tells it from a later process of the same number, and the place (the machine since it was started, and the container)
 * from one elsewhere. Both are empty or made up where the runtime does not tell them.
 */
export class Owner {
  readonly id: string;
  /** The paths of this owner's files that are in use; any other is left of a failure. */
  readonly inUse: Set<string> = new Set();
  readonly #place: string;
  #serial = 0;

  constructor() {
    const random = Math.random().toString(36).slice(2, 10);
    this.#place = placeOf() ?? `unknown${random}`;
    this.id = `${pid}-${startOf(pid) ?? ""}-${this.#place}-${random}`;
  }

  /** A path that no file ever had, its name ending with the owner, in use from now on. */
  newPath(folder: string, start: string): string {
    const path = `${folder}/${start}.${(++this.#serial).toString(36)}.${this.id}`;
    this.inUse.add(path);
    return path;
  }

  /** Whether the owner of a file still uses it; when nobody here can tell, whether the file is young. */
  async uses(path: string, youngMs: number): Promise<boolean> {
    const id = path.slice(path.lastIndexOf(".") + 1);
    if (id === this.id) return this.inUse.has(path);
    const [number = "", start, place] = id.split("-");
    if (place === this.#place && /^\d+$/.test(number)) {
      try {
        kill(Number(number), 0);
      } catch (error) {
        // Another user's process lives as well, and a runtime may not let us ask.
        if (codeOf(error) === "ESRCH") return false;
      }
      const found = startOf(Number(number));
      if (found !== undefined && start !== "") return found === start;
    }
    const stats = await lstat(path).catch(whenMissing);
    return stats !== undefined && Date.now() - stats.mtimeMs < youngMs;
  }
}

/**
 * Linux tells when a process was started, in ticks since the machine was. Undefined where nobody tells; empty for a process
 * that has ended unnoticed by its parent.
 */
function startOf(process: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${process}/stat`, "utf8");
    // The name of the program, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return /[ZX]/.test(fields[0] ?? "") ? "" : fields[19];
  } catch {
    return undefined;
  }
}

/** Within which process numbers mean processes: the machine since it was started, and the container; else its name. */
function placeOf(): string | undefined {
  for (const tell of [() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8") + readlinkSync("/proc/self/ns/pid"), hostname]) {
    try {
      return tell().replace(/[^a-z0-9]/gi, "");
    } catch {
      // Not Linux, or not allowed.
    }
  }
  return undefined;
}
