/** Opens the Storage of every published version with this one, and compares their rows. */
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "edgewater";
import { describe, expect, it } from "vitest";
import { made } from "../../../src/testing/storage/check.ts";

const golden = join(import.meta.dirname, "golden");

describe.each(await readdir(golden))("the Storage of %s", (version) => {
  const expected = (): Promise<string> => readFile(join(golden, version, "export.ndjson"), "utf8");
  /** Every line but the first one, which has the version of the format. */
  const rows = (text: string): string => text.slice(text.indexOf("\n"));

  it("opens from an SQLite file, and takes new events", async () => {
    const folder = await mkdtemp(join(tmpdir(), "edgewater-golden-"));
    await copyFile(join(golden, version, "records.sqlite"), join(folder, "records.sqlite"));
    await Storage.migrate(folder);
    const storage = await Storage.embedded(folder);
    expect(rows((await Array.fromAsync(storage.export())).join(""))).toBe(rows(await expected()));
    const last = (await expected()).match(/.*"event":\{"id":(\d+)/s)?.[1];
    await storage.commit({ events: [made("new")] });
    expect(await storage.getLatestMaterialization("new")).toMatchObject({ id: Number(last) + 1 });
    await storage.close();
    await rm(folder, { recursive: true });
  });

  it("is imported from its export, and exports the same lines", async () => {
    await using storage = Storage.memory();
    await storage.import([await expected()]);
    expect(rows((await Array.fromAsync(storage.export())).join(""))).toBe(rows(await expected()));
  });
});
