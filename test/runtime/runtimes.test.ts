/** The pipeline of the demo, the settings and the built package, in the runtimes that are a program of their own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { components } from "../../scripts/components.ts";
import expected from "./data-versions.json" with { type: "json" };
import { run } from "./spawn.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterAll(() => rm(folder, { recursive: true }));

const condition = "--conditions=edgewater-source";
const { deno, bun, systemNode } = components;

const runtimes = [
  { name: "Node", path: process.execPath, example: "examples/node/main.ts", run: [condition], settings: [condition] },
  {
    name: "Deno",
    path: deno.path,
    example: "examples/deno/main.ts",
    run: ["run", "--quiet", "-A", condition],
    settings: ["run", "--quiet", "--allow-env", "--allow-read", condition],
  },
  { name: "Bun", path: bun.path, example: "examples/bun/main.ts", run: ["run", condition], settings: ["run", condition] },
];

describe.each(runtimes)("$name", (runtime) => {
  const { name, path, example } = runtime;
  it.skipIf(path === undefined)("makes the pipeline with the data versions of every other runtime", async () => {
    const printed = await run(path ?? "", [...runtime.run, example, join(folder, name)]);
    expect(JSON.parse(printed)).toEqual(expected);
  });

  it.skipIf(path === undefined)("reads settings from its environment", async () => {
    const printed = await run(path ?? "", [...runtime.settings, "test/runtime/settings.ts"], {
      RUNTIME_IO_FOLDER: "/from/env",
      RUNTIME_IO_SIZE: "5",
    });
    expect(JSON.parse(printed)).toEqual({ folder: "/from/env", size: 5 });
  });
});

describe("Deno", () => {
  it.skipIf(deno.path === undefined)("counts a variable that it may not read as unset", async () => {
    const args = ["run", "--quiet", "--no-prompt", "--allow-read", condition, "test/runtime/settings.ts", "/from/argument"];
    expect(JSON.parse(await run(deno.path ?? "", args, { RUNTIME_IO_FOLDER: "/from/env", RUNTIME_IO_SIZE: "5" }))).toEqual({
      folder: "/from/argument",
      size: 1,
    });
  });
});

describe("the demo", () => {
  it("persists, loads back in a second process, and finds every version unchanged the second time", async () => {
    const demo = (): Promise<string> => run(process.execPath, [condition, "examples/node/demo.ts", join(folder, "demo")]);
    const first = await demo();
    expect(first).toContain("5/5 done");
    expect(first).toContain("0 of them have the data version of the last run");
    expect(first).toMatch(/Process \d+ read back everything that process \d+ wrote/);
    expect(await demo()).toContain("5 of them have the data version of the last run");
  });
});

describe("the built package", () => {
  it.skipIf(systemNode.path === undefined)("persists and loads back on the machine's own Node", async () => {
    await run(process.execPath, ["scripts/build.ts"]);
    const printed = await run(systemNode.path ?? "", ["test/runtime/dist.mjs", join(folder, "dist")]);
    expect(JSON.parse(printed)).toEqual({
      value: ["1970-01-01T00:00:00.000Z"],
      dataVersion: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
  });
});
