import { Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import { describe, expect, it } from "vitest";
import { commitOfVersion1 } from "../../unit/storage/version-1.ts";
import { byHand, newDatabase } from "./database.ts";

const exports = import.meta.glob<string>("../../unit/storage/golden/*/export.ndjson", { query: "?raw", import: "default", eager: true });
const dumps = import.meta.glob<string>("../../unit/storage/golden/*/postgres.sql", { query: "?raw", import: "default", eager: true });
const versions = Object.keys(dumps).map((path) => path.split("/").at(-2) ?? "");
const of = (files: Readonly<Record<string, string>>, version: string): string =>
  Object.entries(files).find(([path]) => path.includes(`/${version}/`))?.[1] ?? "";
/** Every line but the first one, which has the version of the format. */
const rows = (text: string): string => text.slice(text.indexOf("\n"));

it.each(versions)("a Postgres database of %s opens in this version, and exports the same rows", async (version) => {
  await using database = await newDatabase();
  await byHand(database.name, (sql) => sql.unsafe(of(dumps, version)).simple());
  await Storage.migrate(postgres(database.url));
  await using storage = await Storage.connect(postgres(database.url));
  expect(rows((await Array.fromAsync(storage.export())).join(""))).toBe(rows(of(exports, version)));
});

describe("a Postgres database of version 1", () => {
  const restored = async () => {
    const database = await newDatabase();
    await byHand(database.name, (sql) => sql.unsafe(of(dumps, "v1")).simple());
    return database;
  };

  it("is refused until it is migrated, also when it is only read, and the message says what to run", async () => {
    await using database = await restored();
    const message = expect.stringMatching(/it has schema version 1, and this edgewater has 2; run Storage\.migrate/);
    for (const readOnly of [true, false])
      await expect(Storage.connect(postgres(database.url), { readOnly })).rejects.toMatchObject({ code: "SchemaMismatch", message });
  });

  it("is migrated once by several connections while one of version 1 writes, whose later commits are refused", async () => {
    await using database = await restored();
    await byHand(database.name, async (old) => {
      // As version 1 did: prepared statements in one transaction.
      const commit = () =>
        old.begin(async (transaction) => {
          for (const { sql, parameters } of commitOfVersion1) {
            let count = 0;
            await transaction.unsafe(
              sql.replace(/\?/g, () => `$${++count}`),
              parameters as never[],
              { prepare: true },
            );
          }
        });
      await commit();
      let taken = 1;
      const writing = (async () => {
        for (;;) {
          await commit();
          taken++;
        }
      })().catch((error: unknown) => error);
      await Promise.all(Array.from({ length: 4 }, () => Storage.migrate(postgres(database.url))));
      expect(await writing).toMatchObject({ code: "42703", message: expect.stringContaining("last_id") });
      await using storage = await Storage.connect(postgres(database.url));
      expect(await storage.getEventsForAsset("old", { limit: 10_000 })).toHaveLength(taken);
      await expect(commit()).rejects.toMatchObject({ code: "42703" });
      expect(await old`SELECT version, min_reader, min_writer FROM edgewater_schema`).toEqual([
        { version: 2, min_reader: 2, min_writer: 2 },
      ]);
    });
  });
});
