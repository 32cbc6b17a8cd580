/** Crashes or fails one write at every file system call, in one process each, and checks what is left. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isEdgewaterError } from "../../../src/errors.ts";
import { LocalStore } from "../../../src/object-store/local/index.ts";
import type { Crash } from "./fs.ts";
import { key, type Operation, oldBody, operations } from "./operations.ts";

interface Answer {
  readonly count: number;
  readonly code: string;
}

/**
 * Crashes at each call, or at every third and so on. Returns the number of calls. Throws if anything but the old or the new object is left, or if a later write fails.
 */
export async function sweep(name: string, how: Exclude<Crash, "stop">, fsync = false, every = 1): Promise<number> {
  const operation = operations[name] as Operation;
  let isDone = false;
  let hit = 1 - every;
  const worker = async (): Promise<void> => {
    while (!isDone) {
      hit += every;
      const at = hit;
      if (at > 500) throw new Error("The write has more than 500 calls");
      if (await one(name, operation, how, at, fsync)) isDone = true;
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return hit;
}

/** Returns whether the operation ended before the call of this number. */
async function one(name: string, operation: Operation, how: Exclude<Crash, "stop">, at: number, fsync: boolean): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-crash-"));
  try {
    const attributes = operation.old === "plain" ? {} : { is: "old" };
    if (operation.old) await new LocalStore(folder).put(key, oldBody, { metadata: attributes });
    const isEdited = operation.old === "edited";
    if (isEdited) await edit(join(folder, key));
    const answer = await child([folder, name, fsync ? "fsync" : ""], { at, how });
    const where = `${name}, ${how} at call ${at}`;
    if (how === "fail" && answer === undefined) throw new Error(`${where}: the process died`);
    const found = await read(new LocalStore(folder));
    const old = operation.old ? { body: isEdited ? oldBody.toUpperCase() : oldBody, metadata: attributes, isChanged: isEdited } : undefined;
    const expected =
      operation.result === undefined ? undefined : { body: operation.result, metadata: operation.attributes, isChanged: false };
    const allowed = answer === undefined ? [old, expected] : answer.code === "" ? [expected] : fsync ? [old, expected] : [old];
    if (!allowed.some((each) => JSON.stringify(each) === JSON.stringify(found))) {
      throw new Error(`${where} left ${JSON.stringify(found)}, code ${answer?.code}`);
    }
    if (answer && answer.code !== "" && answer.code !== "Unavailable") throw new Error(`${where} raised ${answer.code}`);
    const after = new LocalStore(folder);
    const listed = await Array.fromAsync(after.list(), (entry) => entry.key);
    if (listed.some((each) => each !== key && each !== `${key}-later`)) throw new Error(`${where}: lists ${listed}`);
    const { etag: again = "" } = await after.put(key, "again");
    await after.put(key, "later", { mode: { ifMatch: again }, metadata: { a: "b" } });
    await expectLater(after, where);
    await after.delete([key, `${key}-later`]);
    const left = (await readdir(folder, { recursive: true })).filter((each) => ![".tmp~", ".meta~"].includes(each));
    if (left.length > 0) throw new Error(`${where} left ${left}`);
    return answer !== undefined && answer.count < at;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Another body of the same size, at another time. */
async function edit(path: string): Promise<void> {
  await writeFile(path, oldBody.toUpperCase());
  await utimes(path, 5, 5);
}

async function read(store: LocalStore): Promise<unknown> {
  try {
    const object = await store.get(key);
    const { metadata, state, etag } = object.meta;
    const head = await store.head(key);
    const listed = (await Array.fromAsync(store.list())).find((each) => each.key === key);
    if (head.etag !== etag || listed?.etag !== etag) throw new Error(`get, head and list report ${etag}, ${head.etag}, ${listed?.etag}`);
    if (state === "copied") throw new Error("The object has lost its record");
    return { body: await object.text(), metadata, isChanged: state === "changed" };
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

async function expectLater(store: LocalStore, where: string): Promise<void> {
  const found = JSON.stringify(await read(store));
  if (found !== JSON.stringify({ body: "later", metadata: { a: "b" }, isChanged: false })) throw new Error(`${where}: later ${found}`);
}

/** The output of the child; undefined if it was killed. */
function child(args: readonly string[], crash: { readonly at: number; readonly how: Crash }): Promise<Answer | undefined> {
  const files = ["--import", join(import.meta.dirname, "hooks.ts"), join(import.meta.dirname, "child.ts")];
  const env = { ...process.env, CRASH: JSON.stringify(crash) };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...files, ...args], { env, timeout: 240_000 }, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as Answer);
      else if (error.signal === "SIGKILL") resolve(undefined);
      else reject(error);
    });
  });
}
