import { hostname } from "node:os";
import { kill, pid } from "node:process";
import { readFileSync, readlinkSync } from "./fs.ts";
import { codeOf } from "./system-error.ts";

/** How long a file is left alone whose writer cannot be asked, because it runs on another machine for example. */
export const unknownOwner: { readonly claimMs: number; readonly temporaryMs: number } = { claimMs: 60_000, temporaryMs: 24 * 3_600_000 };

/**
 * Whose a temporary file or a claim is: `pid-start-place-random`, in its name. The time at which the process was started
 * tells it from a later process of the same number, and the place (the machine since it was started, and the container)
 * from one elsewhere. Both are empty or made up where the runtime does not tell them.
 */
export class Owner {
  readonly id: string;
  /** The claims and announcements of this owner that are in use; any other is left of a failure. */
  readonly inUse: Set<string> = new Set();
  readonly #place: string;
  #serial = 0;

  constructor() {
    const random = Math.random().toString(36).slice(2, 10);
    this.#place = placeOf() ?? `unknown${random}`;
    this.id = `${pid}-${startOf(pid)?.start ?? ""}-${this.#place}-${random}`;
  }

  /** A name that no file ever had, ending with the owner. */
  fileName(start: string): string {
    return `${start}.${(++this.#serial).toString(36)}.${this.id}`;
  }

  /** Whether the owner of a file still uses it; undefined when nobody here can tell. */
  uses(name: string): boolean | undefined {
    const id = name.slice(name.lastIndexOf(".") + 1);
    if (id === this.id) return this.inUse.has(name);
    const [number = "", start = "", place = ""] = id.split("-");
    if (place !== this.#place || !/^\d+$/.test(number)) return undefined;
    try {
      kill(Number(number), 0);
    } catch (error) {
      // Another user's process lives as well; a runtime that does not let us ask says something else.
      if (codeOf(error) === "ESRCH") return false;
      if (codeOf(error) !== "EPERM") return undefined;
    }
    const found = startOf(Number(number));
    if (found === undefined || start === "") return undefined;
    return found.isRunning && found.start === start;
  }
}

/** Linux tells when a process was started, in ticks since the machine was, and whether it has ended unnoticed by its parent. */
function startOf(process: number): { readonly start: string; readonly isRunning: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${process}/stat`, "utf8");
    // The name of the program, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { start: fields[19] ?? "", isRunning: !/[ZX]/.test(fields[0] ?? "") };
  } catch {
    return undefined;
  }
}

/** Within which process numbers mean processes. */
function placeOf(): string | undefined {
  try {
    return hash(readFileSync("/proc/sys/kernel/random/boot_id", "utf8") + readlinkSync("/proc/self/ns/pid"));
  } catch {
    // Not Linux, or not allowed.
  }
  try {
    return hash(hostname());
  } catch {
    return undefined;
  }
}

/** A short name for a text. Two texts may share one: where that matters, it must do no more than make somebody wait. */
export function hash(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
