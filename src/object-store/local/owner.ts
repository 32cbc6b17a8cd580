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

/** Within which process numbers mean processes: the machine since it was started, and the container. */
function placeOf(): string | undefined {
  try {
    return plain(readFileSync("/proc/sys/kernel/random/boot_id", "utf8") + readlinkSync("/proc/self/ns/pid"));
  } catch {
    // Not Linux, or not allowed.
  }
  try {
    return plain(hostname());
  } catch {
    return undefined;
  }
}

function plain(text: string): string {
  return text.replace(/[^a-z0-9]/gi, "");
}

/** A short name for a text (FNV-1a). Two texts may share one: where that matters, it must do no more than make somebody wait. */
export function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return (value >>> 0).toString(36);
}
