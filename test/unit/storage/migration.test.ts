/** Brings SQLite files of schema version 1 to this version, while processes of version 1 are still there. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Storage } from "edgewater";
import { sqlite } from "edgewater/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkStamp } from "../../../src/storage/schema-version.ts";
import { commitOfVersion1, rowsOfVersion1, tablesOfVersion1 } from "./version-1.ts";

const golden = join(import.meta.dirname, "golden/v1");
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
  file = join(folder, "records.sqlite");
  await copyFile(join(golden, "records.sqlite"), file);
});
afterEach(() => rm(folder, { recursive: true }));

/** A process of version 1: one connection, whose statements stay prepared. */
function oldWriter(): { readonly commit: () => void } & Disposable {
  const database = new DatabaseSync(file);
  const prepared = commitOfVersion1.map(({ sql, parameters }) => ({ statement: database.prepare(sql), parameters }));
  return {
    commit: () => {
      database.exec("BEGIN IMMEDIATE");
      try {
        for (const { statement, parameters } of prepared) statement.run(...parameters);
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    [Symbol.dispose]: () => database.close(),
  };
}

const rows = async (): Promise<readonly string[]> => {
  await using storage = await Storage.embedded(folder);
  return (await Array.fromAsync(storage.export())).slice(1);
};

describe("an SQLite file of version 1", () => {
  it("is refused until it is migrated, also when it is only read, and the message says what to run", async () => {
    const message = expect.stringMatching(
      /it has schema version 1, and this edgewater has 2; run Storage\.migrate\(…\) once, while nothing else uses it/,
    );
    for (const readOnly of [true, false]) {
      const before = await readFile(file);
      await expect(Storage.embedded(folder, { readOnly })).rejects.toMatchObject({ code: "SchemaMismatch", message });
      await expect(Storage.connect(sqlite(file), { readOnly })).rejects.toMatchObject({ code: "SchemaMismatch", message });
      if (readOnly) expect((await readFile(file)).equals(before)).toBe(true);
    }
  });

  it("is migrated once by several processes at once, and keeps its rows", async () => {
    const child = (): Promise<readonly unknown[]> =>
      once(
        spawn(process.execPath, ["--conditions=edgewater-source", join(import.meta.dirname, "child.ts"), folder, "migrate"], {
          stdio: ["ignore", "inherit", "inherit"],
        }),
        "exit",
      );
    const codes = await Promise.all([child(), child(), child(), Storage.migrate(folder), Storage.migrate(folder)]);
    expect(codes.map((code) => code?.[0] ?? 0)).toEqual([0, 0, 0, 0, 0]);
    await Storage.migrate(folder);
    expect(await rows()).toEqual((await readFile(join(golden, "export.ndjson"), "utf8")).split(/(?<=\n)/).slice(1));
  });

  it("takes no commit of a process of version 1 that was connected before the migration", async () => {
    using old = oldWriter();
    old.commit();
    const before = await migratedRows();
    expect(before.join("")).toContain('"assetKey":"old"');
    expect(() => old.commit()).toThrow(/no such column: "?last_id/);
    expect(await rows()).toEqual(before);
  });

  it("is refused by name by a process of version 1 that opens it after the migration", async () => {
    await Storage.migrate(folder);
    const database = new DatabaseSync(file);
    const stamp = database.prepare("SELECT version, min_reader AS minReader, min_writer AS minWriter FROM edgewater_schema").get();
    database.close();
    for (const readOnly of [true, false])
      expect(() => checkStamp("old", stamp as never, readOnly, 1)).toThrow(/use an edgewater with schema version 2 or later/);
    expect(() => oldWriter()).toThrow(/no such column: "?last_id/);
  });

  it("may be one that was written out by hand", async () => {
    await rm(file);
    const database = new DatabaseSync(file);
    for (const sql of tablesOfVersion1) database.exec(sql);
    database.close();
    expect((await migratedRows()).slice(0, -1)).toEqual(rowsOfVersion1);
  });

  async function migratedRows(): Promise<readonly string[]> {
    await Storage.migrate(folder);
    return rows();
  }
});
