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
  await writeFile(join(folder, "wrong.env"), "not a variable\nFILE_IO_FOLDER=data\n");
});
afterAll(() => rm(folder, { recursive: true }));

describe("loadDotenv", () => {
  it("reads a path and does not change the environment of the process", async () => {
    const source = await loadDotenv(join(folder, ".env"));
    expect(source("FILE_IO_FOLDER")).toBe("data");
    expect(source.label).toBe(join(folder, ".env"));
    expect(process.env["FILE_IO_FOLDER"]).toBeUndefined();
  });

  it("reads a URL", async () => {
    const source = await loadDotenv(pathToFileURL(join(folder, ".env")));
    expect(source("FILE_IO_FOLDER")).toBe("data");
  });

  it("refuses a missing file", () =>
    expect(loadDotenv(join(folder, "none.env"))).rejects.toMatchObject({
      code: "SettingsError",
      message: `Cannot read ${JSON.stringify(join(folder, "none.env"))}: there is no such file; create it, or pass { optional: true }`,
      cause: { code: "ENOENT" },
    }));

  it("returns an empty source for a missing optional file", async () => {
    expect((await loadDotenv(join(folder, "none.env"), { optional: true }))("FILE_IO_FOLDER")).toBeUndefined();
  });

  it.each([false, true])("refuses a folder (optional: %s)", (optional) =>
    expect(loadDotenv(folder, { optional })).rejects.toMatchObject({
      code: "SettingsError",
      message: `Cannot read ${JSON.stringify(folder)}: the file system refused it; see the cause`,
    }),
  );

  it("reads the variables of a file with lines that are none", async () => {
    expect((await loadDotenv(join(folder, "wrong.env")))("FILE_IO_FOLDER")).toBe("data");
  });
});
