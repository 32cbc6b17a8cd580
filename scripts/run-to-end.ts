/** Runs a program to a certain end: one that hangs, and what it leaves running, is named and ended. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes what the program prints. */
  readonly print: (text: string) => void;
  /** Whether the program has done its work, and only has to exit. */
  readonly isDone: () => boolean;
  /** How long it may take to exit after its work, in milliseconds. @default 60 000 */
  readonly exitMs?: number;
  /** How long it may print nothing, in milliseconds. @default 20 minutes, in which every test has ended or timed out */
  readonly silentMs?: number;
  /** How long what is left may take to end by itself, and then after SIGTERM, in milliseconds. @default 5000 */
  readonly graceMs?: number;
}

/** How a program has ended. */
export interface Ended {
  /** Its exit code; null when a signal ended it. */
  readonly status: number | null;
  /** What did not end by itself, and how it was ended. */
  readonly messages: readonly string[];
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

/**
 * Runs a program in a process group of its own, and reads its output from a pipe. So a process that it leaves running can hold neither
 * the output of the caller nor the caller itself.
 */
export async function runToEnd(program: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  const { cwd, env, print, isDone, exitMs = 60_000, silentMs = 20 * 60_000, graceMs = 5000 } = options;
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const exited = once(child, "exit") as Promise<[number | null]>;
  const closed = once(child, "close");
  if (child.pid === undefined) await exited;
  const group = child.pid as number;
  const name = basename(program);
  const messages: string[] = [];
  let ending: Promise<void> | undefined;
  let lastSign = Date.now();
  let doneSince: number | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      lastSign = Date.now();
      print(text);
    });
  }
  // The terminal sends its signals to the caller's group alone.
  const endGroup = (): void => void kill(-group, "SIGTERM");
  process.on("exit", endGroup);
  const watch = setInterval(() => {
    if (isDone()) doneSince ??= Date.now();
    const reason =
      doneSince !== undefined && Date.now() - doneSince > exitMs
        ? `had done its work, and did not exit within ${exitMs / 1000} s`
        : Date.now() - lastSign > silentMs
          ? `printed nothing for ${silentMs / 1000} s`
          : undefined;
    if (reason === undefined) return;
    clearInterval(watch);
    ending = end(`${name} ${reason}`, descendants(group), graceMs, messages);
  }, 1000);
  const [status] = await exited;
  clearInterval(watch);
  await ending;
  process.off("exit", endGroup);
  const isClosed = await Promise.race([closed.then(() => true), sleep(graceMs, false, { ref: false })]);
  const left = await settled(() => processes().filter((each) => each.group === group && each.pid !== group), graceMs);
  if (left.length > 0) await end(`${name} has exited and left processes running`, left, graceMs, messages);
  else if (!isClosed) messages.push(`${name} has exited, and a process outside of its group holds its output; it is no longer read`);
  child.stdout.destroy();
  child.stderr.destroy();
  return { status, messages };
}

/** What is there still after the grace: processes that end by themselves get the time to. */
async function settled(look: () => readonly Process[], graceMs: number): Promise<readonly Process[]> {
  const ends = Date.now() + graceMs;
  let found = look();
  while (found.length > 0 && Date.now() < ends) {
    await sleep(100);
    found = look();
  }
  return found;
}

/** Ends processes, children before their parents, and notes which. */
async function end(reason: string, open: readonly Process[], graceMs: number, messages: string[]): Promise<void> {
  for (const { pid } of open) kill(pid, "SIGTERM");
  const stubborn = new Set(await settled(() => open.filter(({ pid }) => kill(pid, 0)), graceMs));
  for (const { pid } of stubborn) kill(pid, "SIGKILL");
  const list = open.map((each) => `\n  - ${each.pid} ${each.command.slice(0, 200)}: ${stubborn.has(each) ? "SIGKILL" : "SIGTERM"}`);
  messages.push(`${reason}; these were open, and were ended:${list.join("")}`);
}

/** A process and what it has started, the last started first. */
function descendants(of: number): readonly Process[] {
  const all = processes();
  const found = all.filter(({ pid }) => pid === of);
  // The list grows while it is read.
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found.reverse();
}

function processes(): readonly Process[] {
  const printed = execFileSync("ps", ["-A", "-o", "pid=,ppid=,pgid=,stat=,args="], { encoding: "utf8" });
  return printed.split("\n").flatMap((line) => {
    const [, pid, parent, group, state, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // A zombie has ended.
    if (state === undefined || state.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), command: command ?? "" }];
  });
}

/** Sends a signal to a process, or to a group by its negative id. Returns whether it was there. */
function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
