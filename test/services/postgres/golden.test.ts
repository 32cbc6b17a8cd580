import { Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import { expect, it } from "vitest";
import lines from "../../unit/storage/golden/v1/export.ndjson?raw";
import dump from "../../unit/storage/golden/v1/postgres.sql?raw";
import { byHand, newDatabase } from "./database.ts";

it("a Postgres database of v1 opens in this version, and exports the same lines", async () => {
  await using database = await newDatabase();
  await byHand(database.name, (sql) => sql.unsafe(dump).simple());
  await Storage.migrate(postgres(database.url));
  await using storage = await Storage.connect(postgres(database.url));
  expect((await Array.fromAsync(storage.export())).join("")).toBe(lines);
});
