/**
 * Writes the golden files of a version: `node … test/unit/storage/write-golden.ts v2 [url of an empty Postgres database]`.
 * Never write those of a published version again. The IndexedDB file is a dump of test/runtime/browser/golden.ts.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import { components } from "../../../scripts/components.ts";
import { fill } from "../../../src/testing/storage/portable.ts";

const [version = "", url] = process.argv.slice(2);
const golden = join(import.meta.dirname, "golden", version);
const folder = await mkdtemp(join(tmpdir(), "edgewater-golden-"));

const embedded = await Storage.embedded(folder);
await fill(embedded);
await writeFile(join(golden, "export.ndjson"), (await Array.fromAsync(embedded.export())).join(""));
await embedded.close();
// Small pages keep the file small: most tables have one or two rows.
const database = new DatabaseSync(join(folder, "records.sqlite"));
database.exec("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM");
database.exec(`VACUUM INTO '${join(golden, "records.sqlite").replaceAll("'", "''")}'`);
database.close();
await rm(folder, { recursive: true });

if (url !== undefined) {
  await using storage = await Storage.connect(postgres(url));
  await fill(storage);
  const dump = execFileSync(join(dirname(components.postgres.path ?? ""), "pg_dump"), ["--inserts", "--no-owner", "--no-comments", url], {
    encoding: "utf8",
  });
  const lines = dump.split("\n").filter((line) => line !== "" && !/^(--|\\|SET |SELECT )/.test(line));
  await writeFile(join(golden, "postgres.sql"), `${lines.join("\n")}\n`);
}
