/** The demo pipeline, the serializer, Storage, executors and settings in Node, Deno and Bun. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executorCases, sharedStorageCases, storageCases } from "edgewater/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { run } from "../../support/spawn.ts";
import corpus from "../../unit/serializer/corpus.json" with { type: "json" };
import expected from "./data-versions.json" with { type: "json" };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterAll(() => rm(folder, { recursive: true }));

const condition = "--conditions=edgewater-source";
const { deno, bun } = components;

const runtimes = [
  { name: "Node", path: process.execPath, run: [condition], settings: [condition] },
  {
    name: "Deno",
    path: deno.path,
    run: ["run", "--quiet", "-A", condition],
    settings: ["run", "--quiet", "--allow-env", "--allow-read", condition],
  },
  { name: "Bun", path: bun.path, run: ["run", condition], settings: ["run", condition] },
];

describe.each(runtimes)("$name", (runtime) => {
  const { name, path } = runtime;
  it.skipIf(path === undefined)("runs the pipeline with the same data versions as every other runtime", async () => {
    const printed = await run(path ?? "", [...runtime.run, "examples/earthquakes/main.ts", join(folder, name)]);
    expect(JSON.parse(printed)).toEqual(expected);
  });

  it.skipIf(path === undefined)("serializes the corpus to the same bytes as every other runtime", async () => {
    expect(JSON.parse(await run(path ?? "", [...runtime.run, "test/runtime/node-deno-bun/corpus.ts"]))).toEqual(corpus);
  });

  // Those of Node are in test/unit/storage.
  if (name !== "Node")
    it.skipIf(path === undefined)("passes the conformance cases of Storage in a file", async () => {
      const printed = await run(path ?? "", [...runtime.run, "test/runtime/node-deno-bun/storage.ts", join(folder, `storage-${name}`)]);
      const cases = storageCases().length + sharedStorageCases().length + 1;
      expect(JSON.parse(printed)).toEqual({ passed: cases, failures: [] });
    });

  it.skipIf(path === undefined)("passes the conformance cases of executors with parallel", async () => {
    const program = [...runtime.run, "test/runtime/node-deno-bun/executors.ts", join(folder, `executors-${name}`)];
    const printed = await run(path ?? "", program);
    expect(JSON.parse(printed)).toEqual({ passed: executorCases("workers").length, failures: [] });
  });

  const settings = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<unknown> =>
    JSON.parse(await run(path ?? "", [...runtime.settings, "test/runtime/node-deno-bun/settings.ts", ...args], environment));

  it.skipIf(path === undefined)("reads settings from its environment", async () => {
    const environment = { RUNTIME_IO_FOLDER: "/from/env", RUNTIME_IO_SIZE: "5", RUNTIME_IO_RETRY__TIMES: "3" };
    expect(await settings([], environment)).toEqual({ folder: "/from/env", size: 5, retry: { times: 3, delay: 0 } });
    expect(await settings(["--folder", "/from/argument"], environment)).toMatchObject({ folder: "/from/argument", size: 5 });
  });

  it.skipIf(path === undefined)("reads a .env file with lower precedence than its environment", async () => {
    const file = join(folder, `${name}.env`);
    await writeFile(file, 'RUNTIME_IO_FOLDER=\'/from/file\'\nexport RUNTIME_IO_SIZE=7\nRUNTIME_IO_RETRY={"times":1,"delay":2}\n');
    const environment = { RUNTIME_IO_SIZE: "5", RUNTIME_IO_RETRY__TIMES: "3" };
    expect(await settings(["--dotenv", file], environment)).toEqual({ folder: "/from/file", size: 5, retry: { times: 3, delay: 2 } });
    expect(await settings(["--dotenv", file, "--folder", "/from/argument"])).toMatchObject({ folder: "/from/argument", size: 7 });
  });

  it.skipIf(path === undefined)("reports invalid settings without their values", async () => {
    expect(await settings([], { RUNTIME_IO_SIZE: "hunter2" })).toEqual({
      code: "SettingsError",
      message: [
        "Cannot configure Handler:",
        "  - size: expected a number (from RUNTIME_IO_SIZE)",
        "  - folder: it is missing; pass it or set RUNTIME_IO_FOLDER",
      ].join("\n"),
      issues: [
        { field: "size", problem: "expected a number", source: "RUNTIME_IO_SIZE" },
        { field: "folder", problem: "it is missing; pass it or set RUNTIME_IO_FOLDER", source: "nowhere" },
      ],
    });
    const none = join(folder, "none.env");
    const message = `Cannot read ${JSON.stringify(none)}: there is no such file; create it, or pass { optional: true }`;
    expect(await settings(["--dotenv", none])).toEqual({ code: "SettingsError", message });
  });
});

describe("Deno", () => {
  const environment = { RUNTIME_IO_FOLDER: "/from/env", RUNTIME_IO_SIZE: "5" };
  const settings = async (permissions: readonly string[], args: readonly string[]): Promise<unknown> => {
    const options = ["run", "--quiet", "--no-prompt", "--allow-read", ...permissions, condition];
    return JSON.parse(await run(deno.path ?? "", [...options, "test/runtime/node-deno-bun/settings.ts", ...args], environment));
  };

  it.skipIf(deno.path === undefined)("treats a variable without permission as unset", async () => {
    expect(await settings([], ["--folder", "/from/argument"])).toEqual({ folder: "/from/argument", size: 1 });
    expect(await settings([], [])).toMatchObject({ issues: [{ field: "folder", source: "nowhere" }] });
  });

  it.skipIf(deno.path === undefined)("reads the variables that it has permission for", async () => {
    expect(await settings(["--allow-env=RUNTIME_IO_FOLDER"], [])).toEqual({ folder: "/from/env", size: 1 });
  });
});

describe("the demo", () => {
  it("persists, loads in a second process, and keeps every data version in a second run", async () => {
    const demo = (): Promise<string> => run(process.execPath, [condition, "examples/earthquakes/demo.ts", join(folder, "demo")]);
    const first = await demo();
    expect(first).toContain("5/5 done");
    expect(first).toContain("0 of them have the data version of the last run");
    expect(first).toMatch(/Process \d+ read back everything that process \d+ wrote/);
    expect(await demo()).toContain("5 of them have the data version of the last run");
  });
});
