/** A Storage that Node, Deno and Bun serve, and each of them as the client of each. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { root, run } from "../../support/spawn.ts";

const program = "test/runtime/node-deno-bun/remote.ts";
const condition = "--conditions=edgewater-source";
const runtimes = [
  { name: "Node", path: process.execPath, args: [condition, program] },
  { name: "Deno", path: components.deno.path, args: ["run", "--quiet", "-A", condition, program] },
  { name: "Bun", path: components.bun.path, args: ["run", condition, program] },
];
const cases = storageCases().length + sharedStorageCases().length;

/** Starts a runtime as a server. */
async function start({ path = "", args }: (typeof runtimes)[number]): Promise<AsyncDisposable & { readonly url: string }> {
  const server = spawn(path, args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(server, "exit");
  const [line] = (await Promise.race([once(server.stdout, "data"), exited.then(() => [""])])) as [Buffer];
  return {
    url: line.toString().trim(),
    [Symbol.asyncDispose]: async () => {
      server.stdin.end();
      await exited;
    },
  };
}

describe.each(runtimes)("a Storage that $name serves", (server) => {
  it.skipIf(server.path === undefined)("passes the conformance cases with Node, Deno and Bun as clients", async () => {
    await using running = await start(server);
    for (const { name, path, args } of runtimes) {
      if (path === undefined) continue;
      const printed = await run(path, [...args, running.url]);
      expect(JSON.parse(printed), name).toEqual({ passed: cases, failures: [] });
    }
  });
});
