import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeLines } from "../../../src/cli/host.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "edgewater-host-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* some(lines: readonly string[], error?: Error): AsyncGenerator<string> {
  yield* lines;
  if (error) throw error;
}

describe("writing lines to a file", () => {
  it("makes its folders, and counts the lines", async () => {
    const path = join(folder, "a/b/export.ndjson");
    expect(await writeLines(path, some(["1\n", "2\n"]))).toBe(2);
    expect(readFileSync(path, "utf8")).toBe("1\n2\n");
  });

  it("that fails leaves the file that was there, and nothing else", async () => {
    const path = join(folder, "export.ndjson");
    writeFileSync(path, "the last export\n");
    await expect(writeLines(path, some(["1\n"], new Error("cut off")))).rejects.toThrow("cut off");
    expect(readFileSync(path, "utf8")).toBe("the last export\n");
    expect(readdirSync(folder)).toEqual(["export.ndjson"]);
  });

  it("replaces what a link leads to, and keeps the link", async () => {
    const [path, link] = [join(folder, "export.ndjson"), join(folder, "link")];
    writeFileSync(path, "old");
    symlinkSync(path, link);
    await writeLines(link, some(["new\n"]));
    expect(readFileSync(path, "utf8")).toBe("new\n");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it("writes to a device, and does not take its place", async () => {
    await writeLines("/dev/null", some(["1\n"]));
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});
