/** Records in a folder that may only be read, on Node, Deno and Bun, with the log of a process that was killed and without. */
import { execFileSync } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "edgewater";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { made, runOf } from "../../../src/testing/storage/check.ts";

let root: string;
/** What Deno has compiled, for all tests: it takes seconds. */
let compiled: string;
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), "edgewater-deno-"));
  await chmod(compiled, 0o777);
});
afterAll(() => rm(compiled, { recursive: true }));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "edgewater-"));
  await chmod(root, 0o755);
});
afterEach(async () => {
  await chmod(join(root, "records"), 0o755);
  await rm(root, { recursive: true });
});

const condition = "--conditions=edgewater-source";
const runtimes = [
  { name: "Node", path: process.execPath, run: [condition] },
  { name: "Deno", path: components.deno.path, run: ["run", "--quiet", "-A", condition] },
  { name: "Bun", path: components.bun.path, run: ["run", condition] },
];

/** Runs the program as a user that owns nothing: to root a folder is never read-only. */
async function readAs(runtime: (typeof runtimes)[number], temporary = "temporary"): Promise<unknown> {
  const home = join(root, temporary);
  await mkdir(home, { recursive: true });
  const isRoot = process.getuid?.() === 0;
  await chmod(home, temporary === "temporary" ? 0o777 : 0o555);
  const printed = execFileSync(runtime.path ?? "", [...runtime.run, join(import.meta.dirname, "read-only.ts"), join(root, "records")], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: home, TMPDIR: home, DENO_DIR: compiled },
    ...(isRoot && { uid: 65_534, gid: 65_534 }),
  });
  return JSON.parse(printed);
}

/** Writes records, and makes them and their folder read-only: those of a process that ended, was killed, or still runs. */
async function written(state: "ended" | "killed" | "running"): Promise<AsyncDisposable> {
  const folder = join(root, "records");
  const source = state === "killed" ? join(root, "source") : folder;
  const storage = await Storage.embedded(source);
  await storage.commit({ runs: [runOf("run")], events: [made("a"), made("b")] });
  if (state === "killed") {
    await mkdir(folder);
    for (const name of ["records.sqlite", "records.sqlite-wal"]) await copyFile(join(source, name), join(folder, name));
  }
  if (state !== "running") await storage.close();
  for (const name of await readdir(folder)) await chmod(join(folder, name), 0o444);
  await chmod(folder, 0o555);
  return { [Symbol.asyncDispose]: () => storage.close() };
}

describe.each(runtimes)("records that $name may only read", (runtime) => {
  const { path } = runtime;

  it.skipIf(path === undefined)("open when their writer has ended, from a copy that is deleted at the end", async () => {
    await using _ = await written("ended");
    expect(await readAs(runtime)).toEqual({ runs: 1, events: 2, during: 1, after: 0 });
    expect(await readdir(join(root, "records"))).toEqual(["records.sqlite"]);
  });

  it.skipIf(path === undefined)("open when their writer was killed, with its last commits", async () => {
    await using _ = await written("killed");
    expect(await readAs(runtime)).toEqual({ runs: 1, events: 2, during: 1, after: 0 });
  });

  it.skipIf(path === undefined)("open while their writer runs, without a copy", async () => {
    await using _ = await written("running");
    expect(await readAs(runtime)).toEqual({ runs: 1, events: 2, during: 0, after: 0 });
  });

  it.skipIf(path === undefined)("say what to do when the temporary folder may not be written either", async () => {
    await using _ = await written("ended");
    expect(await readAs(runtime, "frozen")).toEqual({
      code: "PermissionDenied",
      message: expect.stringMatching(
        /SQLite reads a copy in the temporary folder, which cannot be made: .*; copy the folder to a place that/,
      ),
    });
  });
});
