import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { kill, pid } from "node:process";
import type { Holder } from "./types.ts";

let known: { readonly machine: string; readonly namesMachine: boolean; readonly name: string; readonly random: string } | undefined;

/** Looked up once, when it is needed: a module must not draw random numbers while it is loaded. */
function identity(): NonNullable<typeof known> {
  if (known === undefined) {
    const random = Math.random().toString(36).slice(2, 10);
    const boot = bootId();
    // Two machines may have the same host name.
    const machine = boot ?? hostId() ?? `unknown${random}`;
    known = { machine, namesMachine: boot !== undefined, name: `${pid}-${startOf(pid) ?? ""}-${machine}`, random };
  }
  return known;
}

/**
 * The name of this process: `pid-start-machine`. The start time tells it from a later process with the same number. The machine
 * (its boot and its container) tells it from a process elsewhere. Where the runtime does not report them, the start is empty
 * and the machine is random.
 */
export function processName(): string {
  return identity().name;
}

/** Whether the process with this name is alive; undefined if nobody here can check it. */
export function isProcessAlive(name: string): boolean | undefined {
  const [number = "", start, place] = name.split("-");
  if (place !== identity().machine || !/^\d+$/.test(number)) return undefined;
  // Another thread of this process may have ended, and nothing reports it.
  if (Number(number) === pid) return start === (startOf(pid) ?? "") ? undefined : false;
  try {
    kill(Number(number), 0);
  } catch (error) {
    // Any other code, such as EPERM for another user's process, does not show that it is dead.
    if ((error as { readonly code?: unknown }).code === "ESRCH") return false;
  }
  const found = startOf(Number(number));
  return found === undefined || start === "" ? undefined : found === start;
}

/** The holder of claims that this process makes. */
export async function currentHolder(): Promise<Holder> {
  const { name, random, namesMachine } = identity();
  return { name: `${name}-${random}`, namesMachine, separatesRequests: false, hasEnded: async (other) => isProcessAlive(other) === false };
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

/** Where process numbers are comparable: the boot of the machine and the container. Undefined where the system is not Linux. */
function bootId(): string | undefined {
  return idOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8") + readlinkSync("/proc/self/ns/pid"));
}

function hostId(): string | undefined {
  return idOf(hostname);
}

function idOf(read: () => string): string | undefined {
  try {
    return read().replace(/[^a-z0-9]/gi, "");
  } catch {
    return undefined;
  }
}
