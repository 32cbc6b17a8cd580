/** A Storage that Node, Deno and Bun serve, and each of them as the client of each. */
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { program, start, token } from "../../support/servers/remote.ts";
import { run } from "../../support/spawn.ts";

const condition = "--conditions=edgewater-source";
const runtimes = [
  { name: "Node", path: process.execPath, args: [condition] },
  { name: "Deno", path: components.deno.path, args: ["run", "--quiet", "-A", condition] },
  { name: "Bun", path: components.bun.path, args: ["run", condition] },
];
const cases = storageCases().length + sharedStorageCases().length;

describe.each(runtimes)("a Storage that $name serves", (server) => {
  // Each client runs another third of the cases with each server: every server meets all of them, and so does every client.
  it.skipIf(runtimes.some(({ path }) => path === undefined))(
    "passes the conformance cases with Node, Deno and Bun as clients",
    async () => {
      const { server: running, stop } = await start(server.path, server.args);
      const reports = await Promise.all(
        runtimes.map(async ({ path = "", args }, index) => {
          const third = (index + runtimes.indexOf(server)) % 3;
          return JSON.parse(await run(path, [...args, program, token, running.url, `${third}`])) as {
            passed: number;
            failures: readonly string[];
          };
        }),
      );
      expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
      expect(reports.reduce((sum, { passed }) => sum + passed, 0)).toBe(cases);
      await stop();
    },
  );
});
