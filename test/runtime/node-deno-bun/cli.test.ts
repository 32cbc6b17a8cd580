/**
 * `npx edgewater` on Node, Deno and Bun: the real program, in a folder of its own. What its commands do is tested in one process:
 * test/unit/cli.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "edgewater";
import { connectInspection } from "edgewater/inspector";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { root } from "../../support/spawn.ts";

const condition = "--conditions=edgewater-source";
const program = join(root, "src/cli/bin.ts");
const module = join(root, "test/support/cli/assets.ts");
const runtimes = [
  { name: "Node", path: process.execPath, args: [condition] },
  { name: "Deno", path: components.deno.path, args: ["run", "--quiet", "-A", condition] },
  { name: "Bun", path: components.bun.path, args: ["run", condition] },
];

describe.each(runtimes)("edgewater on $name", ({ name, path = "", args }) => {
  const isThere = path !== "";
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `edgewater-cli-${name}-`));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Starts a command line; `ended` gives its exit code and what it has written. */
  function start(...given: readonly string[]) {
    const { PATH = "", HOME = "", NODE_COMPILE_CACHE = "" } = process.env;
    const env = { PATH, HOME, NODE_COMPILE_CACHE, NO_COLOR: "1" };
    const child: ChildProcess = spawn(path, [...args, program, ...given], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const written = { out: "", err: "" };
    let waiting = (): void => {};
    for (const [stream, to] of [[child.stdout, "out"] as const, [child.stderr, "err"] as const]) {
      stream?.on("data", (part) => {
        written[to] += part;
        waiting();
      });
    }
    const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...written }));
    /** Waits for a text, and gives what was written with it. */
    const said = (to: "out" | "err", text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        waiting = () => written[to].includes(text) && resolve(written[to]);
        waiting();
        void ended.then(({ code, err }) => reject(new Error(`Ended with ${code} before it has said ${JSON.stringify(text)}: ${err}`)));
      });
    return { said, ended, interrupt: () => child.kill("SIGINT") };
  }

  it.skipIf(!isThere)("cancels a run at Ctrl+C, and keeps what is made and that it was canceled", async () => {
    const { said, ended, interrupt } = start("materialize", module, "strong", "slow", "--upstream");
    await said("err", "slow has begun");
    await said("err", "strong in ");
    interrupt();
    const { code, err } = await ended;
    expect([code, err]).toEqual([130, expect.stringMatching(/\nCanceled\n$/)]);
    await using storage = await Storage.embedded(join(folder, ".edgewater/records"));
    const [run, ...others] = await storage.getRuns();
    expect([run?.status, run?.nodeNames.toSorted(), others]).toEqual(["Canceled", ["quakes", "slow", "strong"], []]);
    const made = await storage.getEventsForRun(run?.runId ?? "", { types: ["Materialization"] });
    expect(made.map((event) => "assetKey" in event && event.assetKey)).toEqual(["quakes", "strong"]);
  });

  it.skipIf(!isThere)("serves the inspector until Ctrl+C", async () => {
    const { said, ended, interrupt } = start("ui", module, "--port", "0", "--json");
    const { url } = JSON.parse(await said("out", "\n")) as { url: string };
    const [base = "", token = ""] = url.split("#token=");
    const inspection = connectInspection(base, { token });
    const { nodes, can } = await inspection.snapshot();
    expect(nodes.map((node) => node.name)).toContain("strong");
    expect(can.delete).toBeUndefined();
    await expect(connectInspection(base).snapshot()).rejects.toMatchObject({ code: "Unauthenticated" });
    interrupt();
    const { code, err } = await ended;
    expect([code, err.replace(/The page is not built.*\n/, "").replace(/Deno\.serve.*\n/, "")]).toEqual([0, ""]);
  });
});
