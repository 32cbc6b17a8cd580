/** The command line, in this process: its help, and what it refuses. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runHere } from "../../support/cli/in-process.ts";
import { root } from "../../support/spawn.ts";

const module = join(root, "test/support/cli/assets.ts");

describe("edgewater", () => {
  it.each([
    [["materialise"], 'Unknown command "materialise"; did you mean materialize?'],
    [["constructor"], 'Unknown command "constructor"; see edgewater --help'],
    [["status", module, "--partition"], "Unknown option --partition; did you mean --partitions?"],
    [["materialize", module, "--jsn"], "Unknown option --jsn; did you mean --json?"],
    [["runs", module, "--limit"], "The option --limit needs a value: --limit COUNT"],
    [["runs", module, "--limit", "--json"], "The option --limit needs a value: --limit COUNT"],
    [["runs", module, "--limit", "1", "--limit", "2"], "The option --limit may be given once"],
    [["runs", module, "--json=yes"], "The option --json takes no value"],
    [["status", "./nothing.ts"], 'There is no file "./nothing.ts"; check the path of the module of assets'],
    [["status"], "There is no module of assets: pass its path"],
    [["prune", module], "Say which records are old: --before 30d"],
    [["prune", module, "--before", "soon"], 'Invalid --before "soon"; expected a time such as 30d, 12h or 2018-02-01'],
    [["why", module], "Pass the name of one asset: edgewater why ASSET"],
    [["ui", module, "--values"], "The option --values is for --static"],
  ])("%j is refused, with the exit code 2", async (args, text) => {
    const { code, out, err } = await runHere(...args);
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(text)]);
  });

  it("explains itself and every command", async () => {
    const overview = await runHere("--help");
    const names = [...overview.out.matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, each = ""]) => each);
    expect([overview.code, names.length]).toEqual([0, 11]);
    for (const each of names) {
      const { code, out } = await runHere(each, "--help");
      expect([code, out]).toEqual([0, expect.stringMatching(/Usage: edgewater [\s\S]*Options:[\s\S]*Examples:[\s\S]*Exit codes:/)]);
    }
  });
});
