/** A Storage that Node, Deno and Bun serve, and each of them as the client of each. */
import { sharedStorageCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { rounds } from "../../support/breadth.ts";
import { program, start, token } from "../../support/servers/remote.ts";
import { run } from "../../support/spawn.ts";

const condition = "--conditions=edgewater-source";
const runtimes = [
  { name: "Node", path: process.execPath, args: [condition] },
  { name: "Deno", path: components.deno.path, args: ["run", "--quiet", "-A", condition] },
  { name: "Bun", path: components.bun.path, args: ["run", condition] },
];

describe.each(runtimes)("a Storage that $name serves", (server) => {
  /** Whether a runtime is the one after that of the server; in `npm run test:all` each is. */
  const isOther = (index: number): boolean => rounds(Number(index === (runtimes.indexOf(server) + 1) % 3), 1) === 1;

  // Each pair runs another ninth of the cases for one client. Those of several clients go to one client of each server.
  it.skipIf(runtimes.some(({ path }) => path === undefined))(
    "passes the conformance cases with Node, Deno and Bun as clients",
    async () => {
      const { server: running, stop } = await start(server.path, server.args);
      const reports = await Promise.all(
        runtimes.map(async ({ path = "", args }, index) => {
          const ninth = 3 * runtimes.indexOf(server) + index;
          const several = isOther(index) ? "all" : "";
          return JSON.parse(await run(path, [...args, program, token, running.url, `${ninth}`, several])) as {
            passed: number;
            failures: readonly string[];
          };
        }),
      );
      expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
      for (const [index, { passed }] of reports.entries()) expect(passed).toBeGreaterThan(isOther(index) ? sharedStorageCases().length : 0);
      await stop();
    },
  );
});
