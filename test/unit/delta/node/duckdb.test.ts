/** The Parquet files that are written, as DuckDB reads them. It compares names of fields without regard to case, and has no `__proto__`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StructType } from "../../../../src/delta/schema/types.ts";
import { aBatch, aSchema } from "../../../support/delta/arbitrary.ts";
import { readWithDuckDB, runInDuckDB } from "../../../support/delta/duckdb.ts";
import { columnsOf, parquetOf } from "../../../support/delta/parquet.ts";
import { array, decimal, field, struct } from "../../../support/delta/schema.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "edgewater-parquet-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("DuckDB", () => {
  it("reads the same rows of every schema", async () => {
    let count = 0;
    const table = aSchema(2)
      .filter((schema) => !JSON.stringify(schema).includes("__proto__"))
      .chain((schema) => aBatch(schema, 12))
      // Its client drops a byte order mark.
      .filter((batch) => !fc.stringify(batch).includes("\ufeff"));
    const property = fc.asyncProperty(table, async (batch) => {
      const path = join(folder, `${count++}.parquet`);
      writeFileSync(path, parquetOf([batch], { schema: batch.schema, rowGroupRows: 5 }));
      const { names, columns } = await readWithDuckDB(path);
      expect(names).toEqual(batch.schema.fields.map(({ name }) => name));
      expect(fc.stringify(columns.map((column) => column.map(plainBytes)))).toBe(
        fc.stringify(batch.columns.map((column) => Array.from(column, plainBytes))),
      );
    });
    await fc.assert(property, { numRuns: 25, seed: 5 });
  });

  it("reads columns of several pages, with and without a dictionary", async () => {
    const count = 3000;
    const schema = struct(
      field("text", "string"),
      field("list", array("binary")),
      field("word", "string"),
      field("tags", array("string")),
      field("price", decimal(30, 2)),
      field("flag", "boolean"),
    );
    const rows = Array.from({ length: count }, (_, row) => row);
    const long = (row: number): string => `${row} ${String.fromCodePoint(0x100 + (row % 500)).repeat(500)}`;
    const columns = [
      rows.map((row) => (row % 7 === 0 ? null : long(row))),
      rows.map((row) =>
        row % 5 === 0 ? null : Array.from({ length: row % 4 }, (_, index) => new TextEncoder().encode(long(row + index))),
      ),
      rows.map((row) => `word ${row % 3}`.repeat(100)),
      rows.map((row) => (row % 11 === 0 ? [] : [`tag ${row % 2}`, null])),
      rows.map((row) => (row % 13 === 0 ? null : BigInt(row - 1500) * 10n ** 25n)),
      rows.map((row) => row % 3 === 0),
    ];
    const path = join(folder, "pages.parquet");
    const bytes = parquetOf([{ schema, rowCount: count, columns }], { schema });
    writeFileSync(path, bytes);
    const read = await readWithDuckDB(path);
    expect(read.columns.map((column) => column.map(plainBytes))).toEqual(columns.map((column) => column.map(plainBytes)));
    expect(await columnsOf(bytes, { schema })).toEqual(columns);
  });

  it.each(["snappy", "gzip", "zstd", "brotli", "lz4_raw", "uncompressed"])("writes files that are read: %s", async (codec) => {
    const path = join(folder, `${codec}.parquet`);
    const query = "SELECT i AS id, 'text ' || i % 7 AS name, i / 8 AS part, [i, NULL] AS list FROM range(3000) t(i)";
    await runInDuckDB(`COPY (${query}) TO '${path}' (FORMAT parquet, CODEC '${codec}')`);
    const schema: StructType = {
      type: "struct",
      fields: [
        { name: "id", type: "long", nullable: true, metadata: {} },
        { name: "name", type: "string", nullable: true, metadata: {} },
        { name: "part", type: "double", nullable: true, metadata: {} },
        { name: "list", type: { type: "array", elementType: "long", containsNull: true }, nullable: true, metadata: {} },
      ],
    };
    const columns = await columnsOf(new Uint8Array(readFileSync(path)), { schema });
    expect(columns.map((column) => column[2999])).toEqual([2999n, "text 3", 374.875, [2999n, null]]);
    expect(columns.map(({ length }) => length)).toEqual([3000, 3000, 3000, 3000]);
  });

  it.each(["V1", "V2"])("writes files of version %s that are read", async (version) => {
    const path = join(folder, `${version}.parquet`);
    const query =
      "SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE i * 1000003 END AS number, (i * 7)::INTEGER AS small, 'prefix of ' || i AS text, i % 2 = 0 AS flag FROM range(5000) t(i)";
    await runInDuckDB(`COPY (${query}) TO '${path}' (FORMAT parquet, PARQUET_VERSION ${version}, DICTIONARY_SIZE_LIMIT 1)`);
    const field = (name: string, type: "long" | "integer" | "string" | "boolean") => ({ name, type, nullable: true, metadata: {} });
    const schema: StructType = {
      type: "struct",
      fields: [field("number", "long"), field("small", "integer"), field("text", "string"), field("flag", "boolean")],
    };
    const columns = await columnsOf(new Uint8Array(readFileSync(path)), { schema });
    expect(columns).toEqual((await readWithDuckDB(path)).columns);
  });
});

function plainBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Array.from(value)}`;
  if (Array.isArray(value)) return value.map(plainBytes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainBytes(each)]));
}
