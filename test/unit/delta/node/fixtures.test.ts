/** Tables that other engines wrote: each does what the manifest says. They are beside the project, not in it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../../../src/delta/batch.ts";
import { loadSnapshot, type Snapshot } from "../../../../src/delta/log/snapshot.ts";
import { openParquet } from "../../../../src/delta/parquet/read.ts";
import { objectSource } from "../../../../src/delta/parquet/source.ts";
import { scan } from "../../../../src/delta/scan.ts";
import { FolderStore } from "../../../support/delta/folder-store.ts";
import { folder, isThere, tables } from "../../../support/delta/other-engines.ts";

const store = new FolderStore(folder);

/** What the error of a table says that must be refused. */
const refusals: Readonly<Record<string, { readonly code: string; readonly message: RegExp }>> = {
  "delta-rs/spark-variant-stable-feature-checkpoint": { code: "NotSupported", message: /"variantType"/ },
  "golden/data-reader-absolute-paths-escaped-chars/delta": { code: "Integrity", message: /no commit of its log has an action metaData/ },
  "golden/deltalog-invalid-protocol-version/delta": { code: "NotSupported", message: /reader version 99/ },
  "golden/deltalog-state-reconstruction-from-checkpoint-missing-protocol/delta": { code: "Integrity", message: /an action protocol/ },
  "spark/table-with-dv-special-char": { code: "NotFound", message: /67bc892e-2979-4760-a78c-856aba806564\.bin/ },
};

describe.runIf(isThere)("a table of another engine", () => {
  it.each(tables.filter(({ must }) => must === "rows"))("is read as it was written: $table", async (entry) => {
    const snapshot = await loadSnapshot({ store, root: entry.table });
    expect(snapshot).toMatchObject({ version: entry.version, fileCount: entry.adds });
    expect(snapshot.metadata.partitionColumns).toEqual(entry.partitionColumns);
    const rows = await rowsOf(scan(snapshot));
    if (entry.rows !== undefined) expect(rows.length).toBe(entry.rows);
    if (entry.expected !== undefined)
      expect(rows).toEqual(await expectedRows(join(entry.expected, contentFolder(entry.expected)), snapshot));
  });

  it.each(tables.filter(({ must }) => must === "log"))("has a log that is replayed: $table", async ({ table }) => {
    const snapshot = await loadSnapshot({ store, root: table });
    expect(Array.from(snapshot.files()).length).toBe(snapshot.fileCount);
    expect(snapshot.fileCount).toBeGreaterThan(0);
  });

  it.each(tables.filter(({ must }) => must === "refuse"))("is refused with a reason: $table", async ({ table }) => {
    const { code, message } = refusals[table] ?? {};
    const read = loadSnapshot({ store, root: table }).then((snapshot) => rowsOf(scan(snapshot)));
    await expect(read).rejects.toMatchObject({ code, message: expect.stringMatching(message ?? "") });
  });

  it.each(earlierVersions())("is read at an earlier version: $table, $version", async ({ table, version, expected }) => {
    const snapshot = await loadSnapshot({ store, root: table }, { version });
    expect(await rowsOf(scan(snapshot))).toEqual(await expectedRows(expected, snapshot));
  });

  it.each(tables.filter(({ must, expected }) => must === "rows" && expected !== undefined))(
    "has every column alone, and no column, for as many rows: $table",
    async ({ table }) => {
      const snapshot = await loadSnapshot({ store, root: table });
      const count = (await rowsOf(scan(snapshot))).length;
      for (const { name } of snapshot.schema.fields) expect((await rowsOf(scan(snapshot, { columns: [name] }))).length).toBe(count);
      expect((await rowsOf(scan(snapshot, { columns: [] }))).length).toBe(count);
    },
  );
});

/** The acceptance tests have the rows of versions in folders of their own. */
function earlierVersions(): readonly { readonly table: string; readonly version: number; readonly expected: string }[] {
  return tables.flatMap(({ table, expected }) => {
    if (expected === undefined) return [];
    const versions = readdirSync(join(folder, expected)).filter((name) => /^v\d+$/.test(name));
    return versions.map((name) => ({ table, version: Number(name.slice(1)), expected: join(expected, name, "table_content") }));
  });
}

function contentFolder(expected: string): string {
  return existsSync(join(folder, expected, "latest")) ? "latest/table_content" : ".";
}

/** The rows of the Parquet files in a folder. Their columns are those of the table, also where these are partitions. */
async function expectedRows(expected: string, { schema }: Snapshot): Promise<readonly string[]> {
  const names = readdirSync(join(folder, expected), { recursive: true, encoding: "utf8" }).filter((name) =>
    /(^|\/)[^.][^/]*\.parquet$/.test(name),
  );
  const rows: string[] = [];
  for (const name of names) {
    const key = join(expected, name);
    const file = await openParquet(objectSource(store, key, (await store.head(key)).size));
    rows.push(...(await rowsOf(file.read({ schema }))));
  }
  return rows.sort();
}

async function rowsOf(batches: AsyncIterable<Batch>): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const { rowCount, columns, schema } of batches) {
    for (let row = 0; row < rowCount; row++)
      rows.push(schema.fields.map(({ name }, index) => `${name}=${text(columns[index]?.[row])}`).join(" "));
  }
  return rows.sort();
}

/** A value as text, its type included. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, item) => {
    if (typeof item === "bigint") return `${item}n`;
    if (item instanceof Uint8Array) return `bytes ${item.join()}`;
    return typeof item === "number" && !Number.isFinite(item) ? String(item) : item;
  });
}
