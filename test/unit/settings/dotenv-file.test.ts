import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadDotenv } from "edgewater/dotenv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-dotenv-"));
  await writeFile(join(folder, ".env"), 'FILE_IO_FOLDER="data"\n');
  await writeFile(join(folder, "wrong.env"), "A=1\nhunter2\n");
});
afterAll(() => rm(folder, { recursive: true }));

describe("a .env file", () => {
  it("is read from a path, and touches no variable of the process", async () => {
    const source = await loadDotenv(join(folder, ".env"));
    expect(source("FILE_IO_FOLDER")).toBe("data");
    expect(source.label).toBe(join(folder, ".env"));
    expect(process.env["FILE_IO_FOLDER"]).toBeUndefined();
  });

  it("is read from a URL", async () => {
    const source = await loadDotenv(pathToFileURL(join(folder, ".env")));
    expect(source("FILE_IO_FOLDER")).toBe("data");
  });

  it("must be there", () =>
    expect(loadDotenv(join(folder, "none.env"))).rejects.toMatchObject({
      code: "SettingsError",
      message: `There is no file ${join(folder, "none.env")}; create it, or pass { optional: true }`,
      cause: { code: "ENOENT" },
    }));

  it("need not be there when it is optional", async () => {
    expect((await loadDotenv(join(folder, "none.env"), { optional: true }))("FILE_IO_FOLDER")).toBeUndefined();
  });

  it.each([false, true])("must be a file (optional: %s)", (optional) =>
    expect(loadDotenv(folder, { optional })).rejects.toMatchObject({ code: "SettingsError", message: `The file ${folder} cannot be read` }),
  );

  it.each([false, true])("must be right (optional: %s)", (optional) =>
    expect(loadDotenv(join(folder, "wrong.env"), { optional })).rejects.toMatchObject({
      code: "SettingsError",
      issues: [{ problem: "line 2: expected KEY=value", source: join(folder, "wrong.env") }],
    }),
  );
});
