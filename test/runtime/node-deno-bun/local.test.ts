/** Objects of a LocalStore have one identity on Node, Deno and Bun. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStore } from "edgewater/local";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { rounds } from "../../support/breadth.ts";
import { run } from "../../support/spawn.ts";
import { writeGoldenFolder } from "../../unit/object-store/local-golden.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterEach(() => rm(folder, { recursive: true }));

const condition = "--conditions=edgewater-source";
const all = [
  { name: "node", path: process.execPath as string | undefined, args: [condition] },
  { name: "deno", path: components.deno.path, args: ["run", "--quiet", "-A", condition] },
  // Without more permissions it cannot tell others which process it is.
  {
    name: "deno-restricted",
    path: components.deno.path,
    args: ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-write", condition],
  },
  { name: "bun", path: components.bun.path, args: ["run", condition] },
];
const runtimes = all.filter(({ path }) => path !== undefined);

async function start(runtime: (typeof all)[number], task: string, name: string, count: number): Promise<unknown> {
  const args = [...runtime.args, "test/runtime/node-deno-bun/local.ts", folder, task, name, String(count)];
  return JSON.parse(await run(runtime.path ?? "", args));
}

describe("LocalStore on several runtimes", () => {
  it("has the same etags and attributes on each, whichever wrote the object", async () => {
    for (const runtime of runtimes) await start(runtime, "write", runtime.name, 5);
    const shown = await Promise.all(runtimes.map((runtime) => start(runtime, "show", "", 0)));
    for (const each of shown) expect(each).toEqual(shown[0]);
    for (const [key, etag, isSame, contentType, metadata, state] of shown[0] as [string, string, boolean, string, object, string][]) {
      expect([key, etag, isSame]).toEqual([key, expect.any(String), true]);
      const isPlain = key.includes("plain");
      expect([key, contentType, metadata, state]).toEqual(
        isPlain ? [key, "", {}, "plain"] : [key, "text/plain", { name: key.split("/")[0] }, "written"],
      );
    }
  });

  it.each(runtimes)("gives every write another etag and refuses every stale condition: $name", async (runtime) => {
    const turns = rounds(20, 60);
    expect(await start(runtime, "repeat", runtime.name, turns)).toEqual({ etags: 3 * turns, stale: 0 });
  });

  it("counts every increment of 2 processes of each runtime", async () => {
    const turns = 8;
    const store = new LocalStore(folder);
    await store.put("v1/plain", "00000000");
    await store.put("v1/with", "00000000", { metadata: { value: "00000000" } });
    const unrestricted = runtimes.filter(({ name }) => name !== "deno-restricted");
    const processes = unrestricted.flatMap((runtime) => [
      start(runtime, "count", `${runtime.name}1`, turns),
      start(runtime, "count", `${runtime.name}2`, turns),
    ]);
    const created = (await Promise.all(processes)) as { created: number }[];
    expect(created.reduce((sum, each) => sum + each.created, 0)).toBe(turns);
    for (const key of ["v1/plain", "v1/with"]) {
      expect(Number(await (await store.get(key)).text())).toBe(processes.length * turns);
    }
  });

  it("reads a folder of version 0.1 alike on each", async () => {
    await writeGoldenFolder(folder);
    const shown = await Promise.all(runtimes.map((runtime) => start(runtime, "show", "", 0)));
    for (const each of shown) expect(each).toEqual(shown[0]);
  });
});
