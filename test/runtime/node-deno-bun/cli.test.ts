/** `npx edgewater` on Node, Deno and Bun: the real program, in a folder of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  const start = (...given: readonly string[]) => {
    const { PATH = "", HOME = "", NODE_COMPILE_CACHE = "" } = process.env;
    return spawn(path, [...args, program, ...given], { cwd: folder, env: { PATH, HOME, NODE_COMPILE_CACHE, NO_COLOR: "1" } });
  };

  /** Runs a command line to its end. */
  async function run(...given: readonly string[]): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
    const child = start(...given);
    let [out, err] = ["", ""];
    child.stdout.on("data", (part) => (out += part));
    child.stderr.on("data", (part) => (err += part));
    child.stdin.end();
    const [code] = (await once(child, "close")) as [number | null];
    return { code, out, err };
  }

  it.skipIf(!isThere)("makes assets, tells their status, and keeps both", async () => {
    const made = await run("materialize", module, "strong", "--upstream", "--tag", "by=test", "--json");
    expect([made.code, made.err]).toEqual([0, ""]);
    const result = JSON.parse(made.out) as { readonly success: boolean; readonly runId: string; readonly made: { asset: string }[] };
    expect([result.success, result.made.map(({ asset }) => asset)]).toEqual([true, ["quakes", "strong"]]);

    const status = await run("status", module, "strong", "by-region", "--partitions");
    expect(status.code).toBe(0);
    expect(status.out).toMatch(/^strong\s+UpToDate$/m);
    expect(status.out).toMatch(/^by-region\[eu\]\s+Missing$/m);

    const runs = JSON.parse((await run("runs", module, "--limit", "1", "--json")).out) as { runId: string; tags: object }[];
    expect(runs).toMatchObject([{ runId: result.runId, tags: { by: "test" } }]);
  });

  it.skipIf(!isThere)("says what has failed, with the exit code 1", async () => {
    const { code, out, err } = await run("materialize", module, "broken");
    expect([code, err]).toEqual([1, expect.stringContaining("broken failed: the feed is not there")]);
    expect(out).toMatch(/^Run .*: made 0 values; go on with edgewater materialize --resume$/m);
  });

  it.skipIf(!isThere)("exports records that another Storage imports", async () => {
    const file = join(folder, "records.ndjson");
    expect((await run("export", module, file)).out).toMatch(/^Wrote \d+ records to /);
    const refused = await run("import", module, file);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("AlreadyExists")]);
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n").length;
    await rm(join(folder, ".edgewater"), { recursive: true });
    const imported = await run("import", module, file, "--json");
    expect([imported.code, JSON.parse(imported.out)]).toEqual([0, { file, lines }]);
  });

  it.skipIf(!isThere)("looks for what is wrong", async () => {
    const fine = await run("doctor", module);
    expect([fine.code, fine.out]).toEqual([0, expect.stringContaining("Everything is fine")]);
    expect(fine.out).toContain("reachable, and keeps conditions");
    await writeFile(join(folder, "wrong.mjs"), "export const asset = [];\n");
    const wrong = await run("doctor", "./wrong.mjs", "--json");
    const { isFine, checks } = JSON.parse(wrong.out) as { isFine: boolean; checks: { found: string }[] };
    expect([wrong.code, isFine, checks.at(-1)?.found]).toEqual([1, false, expect.stringContaining("did you mean assets?")]);
  });

  it.skipIf(!isThere)("cancels a run at Ctrl+C", async () => {
    const child = start("materialize", module, "slow");
    let err = "";
    child.stderr.on("data", (part) => {
      const before = err;
      err += part;
      if (err.includes("slow has begun") && !before.includes("slow has begun")) child.kill("SIGINT");
    });
    const [code] = (await once(child, "close")) as [number | null];
    expect([code, err]).toEqual([130, expect.stringContaining("Canceled")]);
    const runs = JSON.parse((await run("runs", module, "--limit", "1", "--json")).out) as { status: string; nodeNames: string[] }[];
    expect(runs).toMatchObject([{ status: "Canceled", nodeNames: ["slow"] }]);
  });

  it.skipIf(!isThere)("serves the inspector until Ctrl+C", async () => {
    const child = start("ui", module, "--port", "0", "--json");
    let err = "";
    child.stderr.on("data", (part) => (err += part));
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { url } = JSON.parse(String(line)) as { url: string };
    const [base = "", token = ""] = url.split("#token=");
    const inspection = connectInspection(base, { token });
    const { nodes, can } = await inspection.snapshot();
    expect(nodes.map((node) => node.name)).toContain("strong");
    expect(can.delete).toBeUndefined();
    await expect(connectInspection(base).snapshot()).rejects.toMatchObject({ code: "Unauthenticated" });
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number | null];
    expect([code, err.replace(/The page is not built.*\n/, "").replace(/Deno\.serve.*\n/, "")]).toEqual([0, ""]);
  });
});
