/** The commands, in this process and in a folder of their own. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chdir, cwd } from "node:process";
import { openReport } from "edgewater/inspector";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { files } from "../../../src/inspector/page.ts";
import { runHere } from "../../support/cli/in-process.ts";
import { root } from "../../support/spawn.ts";

// The sources have no page unless they are built.
beforeAll(() => void Object.assign(files, { "index.html": { type: "text/html", text: "<html><head></head></html>" } }));
afterAll(() => void Reflect.deleteProperty(files, "index.html"));

const module = join(root, "test/support/cli/assets.ts");
const before = cwd();
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-cli-"));
  chdir(folder);
});

afterEach(async () => {
  chdir(before);
  await rm(folder, { recursive: true, force: true });
});

describe("edgewater", () => {
  it("makes assets, tells their status, and keeps both", async () => {
    const made = await runHere("materialize", module, "strong", "--upstream", "--tag", "by=test", "--json");
    expect([made.code, made.err]).toEqual([0, ""]);
    const result = JSON.parse(made.out) as { readonly success: boolean; readonly runId: string; readonly made: { asset: string }[] };
    expect([result.success, result.made.map(({ asset }) => asset)]).toEqual([true, ["quakes", "strong"]]);

    const status = await runHere("status", module, "strong", "by-region", "--partitions");
    expect(status.code).toBe(0);
    expect(status.out).toMatch(/^strong\s+UpToDate$/m);
    expect(status.out).toMatch(/^by-region\[eu\]\s+Missing$/m);

    const { out } = await runHere("runs", module, "--limit", "1", "--json");
    expect(JSON.parse(out)).toMatchObject([{ runId: result.runId, tags: { by: "test" } }]);
    expect(await readFile(join(folder, ".edgewater/.gitignore"), "utf8")).toBe("*\n");
  });

  it("says what has failed, with the exit code 1", async () => {
    const { code, out, err } = await runHere("materialize", module, "broken");
    expect([code, err]).toEqual([1, expect.stringContaining("broken failed: the feed is not there")]);
    expect(out).toMatch(/^Run .*: made 0 values; go on with edgewater materialize --resume$/m);
  });

  it("exports records that another Storage imports", async () => {
    const file = join(folder, "records.ndjson");
    await runHere("materialize", module, "quakes");
    expect((await runHere("export", module, file)).out).toMatch(/^Wrote \d+ records to /);
    const refused = await runHere("import", module, file);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("AlreadyExists")]);
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n").length;
    await rm(join(folder, ".edgewater"), { recursive: true });
    const imported = await runHere("import", module, file, "--json");
    expect([imported.code, imported.err]).toEqual([0, ""]);
    expect(JSON.parse(imported.out)).toEqual({ file, lines });
  });

  it("writes the inspector as a folder, with a report that opens", async () => {
    await runHere("materialize", module, "quakes");
    const { code, err } = await runHere("ui", module, "--static", "report", "--values");
    expect([code, err]).toEqual([0, ""]);
    expect(await readFile(join(folder, "report/index.html"), "utf8")).toContain('<meta name="edgewater-report" content="report.json" />');
    const report = openReport(await readFile(join(folder, "report/report.json"), "utf8"));
    expect(await report.preview("quakes")).toMatchObject({ kind: "table", total: 2 });
  });

  it("looks for what is wrong", async () => {
    const fine = await runHere("doctor", module);
    expect([fine.code, fine.out]).toEqual([0, expect.stringContaining("Everything is fine")]);
    expect(fine.out).toContain("reachable, and keeps conditions");
    await writeFile(join(folder, "wrong.mjs"), "export const asset = [];\n");
    const wrong = await runHere("doctor", "./wrong.mjs", "--json");
    const { isFine, checks } = JSON.parse(wrong.out) as { isFine: boolean; checks: { found: string }[] };
    expect([wrong.code, isFine, checks.at(-1)?.found]).toEqual([1, false, expect.stringContaining("did you mean assets?")]);
  });
});
