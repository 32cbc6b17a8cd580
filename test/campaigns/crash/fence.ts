/**
 * Stops a writer at every file system call, as if it ran on another machine, until another writer takes it for dead and
 * writes. Then the stopped one continues. Exactly one of the two may win.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { isEdgewaterError } from "../../../src/errors.ts";
import { LocalStore } from "../../../src/object-store/local/index.ts";
import { key, newBody, operations } from "./operations.ts";

/** Returns what is wrong after a stop at each of these calls, by call; stops after the last call of the operation. */
export async function fence(name: "ifMatch" | "ifMatch with attributes", calls: readonly number[]): Promise<readonly string[]> {
  const problems = await Promise.all(calls.map((at) => stopAt(name, at)));
  return problems.flatMap((problem, index) => (problem === undefined ? [] : [`${name}, stopped at call ${calls[index]}: ${problem}`]));
}

async function stopAt(name: "ifMatch" | "ifMatch with attributes", at: number): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-fence-"));
  try {
    const store = new LocalStore(folder);
    const { etag = "" } = await store.put(key, "first", { metadata: { is: "first" } });
    const files = ["--import", join(import.meta.dirname, "hooks.ts"), join(import.meta.dirname, "child.ts")];
    const env = { ...process.env, CRASH: JSON.stringify({ at, how: "stop", machine: "elsewhere" }) };
    const child = spawn(process.execPath, [...files, folder, name, ""], { env, stdio: ["ignore", "pipe", "inherit"] });
    const printed = text(child.stdout);
    const ended = once(child, "exit");
    while (child.exitCode === null && !isStopped(child.pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    const ours = await store.put(key, "by another", { mode: { ifMatch: etag }, metadata: { is: "another" } }).then(() => "", codeOf);
    child.kill("SIGCONT");
    await ended;
    const { code: theirs } = JSON.parse(await printed) as { code: string };
    const object = await store.get(key);
    const found = JSON.stringify([await object.text(), object.meta.metadata, object.meta.state]);
    const expected = JSON.stringify(
      ours === "" ? ["by another", { is: "another" }, "written"] : [newBody, operations[name]?.attributes, "written"],
    );
    if ((ours === "") === (theirs === "")) return `ours ended with ${JSON.stringify(ours)}, theirs with ${JSON.stringify(theirs)}`;
    if (found !== expected) return `left ${found}, expected ${expected}`;
    await new LocalStore(folder).put(key, "next");
    const left = readdirSync(join(folder, ".tmp~"));
    return left.length > 0 ? `left ${left}` : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function codeOf(error: unknown): string {
  if (isEdgewaterError(error)) return error.code;
  throw error;
}

/** Linux only. */
function isStopped(pid: number | undefined): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.startsWith("T") ?? false;
  } catch {
    return false;
  }
}
