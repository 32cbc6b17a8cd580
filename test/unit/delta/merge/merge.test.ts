import { describe, expect, it } from "vitest";
import type { MergeOptions, MergeType } from "../../../../src/delta/merge/options.ts";
import type { Row } from "../../../../src/delta/schema/infer.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import type { TableData } from "../../../../src/delta/write/data.ts";
import type { CreateOptions } from "../../../../src/delta/write/options.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { field, struct } from "../../../support/delta/schema.ts";

const schema = struct(field("id", "long"), field("name", "string"), field("n", "integer"), field("day", "date"));
const on = { on: ["id"] };

/** Ids 1 to 4 in two files, of one day each. */
async function tableOf(options: Partial<CreateOptions> = {}): Promise<DeltaTable<MemoryStore>> {
  const created = await DeltaTable.create(new MemoryStore(), "t", { schema, partitionBy: ["day"], ...options });
  await created.write([
    { id: 1, name: "a", n: 1, day: "2024-01-01" },
    { id: 2, name: "b", n: 2, day: "2024-01-01" },
  ]);
  await created.write([
    { id: 3, name: "c", n: 3, day: "2024-01-02" },
    { id: 4, name: "d", n: 4, day: "2024-01-02" },
  ]);
  return created.refresh();
}

async function rowsOf(table: DeltaTable): Promise<Row[]> {
  const rows = await (await table.refresh()).toRows();
  return rows.sort((a, b) => Number(a["id"]) - Number(b["id"]));
}

const before: readonly Row[] = [
  { id: 1, name: "a", n: 1, day: "2024-01-01" },
  { id: 2, name: "b", n: 2, day: "2024-01-01" },
  { id: 3, name: "c", n: 3, day: "2024-01-02" },
  { id: 4, name: "d", n: 4, day: "2024-01-02" },
];
const source: readonly Row[] = [
  { id: 2, name: "B", n: 20, day: "2024-01-01" },
  { id: 5, name: "E", n: 50, day: "2024-01-03" },
];
const updated = source[0] as Row;
const inserted = source[1] as Row;

describe("the types of a merge", () => {
  it.each<[MergeType, readonly (Row | undefined)[], Readonly<Record<string, number>>]>([
    [
      "upsert",
      [before[0], updated, before[2], before[3], inserted],
      { numTargetRowsInserted: 1, numTargetRowsUpdated: 1, numTargetRowsDeleted: 0, numTargetRowsCopied: 1, numOutputRows: 3 },
    ],
    [
      "deduplicateInsert",
      [...before, inserted],
      { numTargetRowsInserted: 1, numTargetRowsUpdated: 0, numTargetRowsDeleted: 0, numTargetRowsCopied: 0, numOutputRows: 1 },
    ],
    [
      "updateOnly",
      [before[0], updated, before[2], before[3]],
      { numTargetRowsInserted: 0, numTargetRowsUpdated: 1, numTargetRowsDeleted: 0, numTargetRowsCopied: 1, numOutputRows: 2 },
    ],
    [
      "replaceDeleteUnmatched",
      [updated],
      { numTargetRowsInserted: 0, numTargetRowsUpdated: 1, numTargetRowsDeleted: 3, numTargetRowsCopied: 0, numOutputRows: 1 },
    ],
  ])("%s", async (mergeType, expected, metrics) => {
    const table = await tableOf();
    const done = await table.merge(source, { mergeType, predicate: on });
    expect(done).toMatchObject({ version: 3, isCommitted: true, numSourceRows: 2, ...metrics });
    expect(await rowsOf(table)).toEqual(expected);
  });

  it("custom: tries the clauses in their order, and takes the first that holds", async () => {
    const table = await tableOf();
    const rows = [
      { id: 1, op: "delete", n: 10 },
      { id: 2, op: "set", n: 20 },
      { id: 3, op: "keep", n: 30 },
      { id: 5, op: "set", n: 50 },
      { id: 6, op: "delete", n: 60 },
    ];
    const done = await table.merge(rows, {
      mergeType: "custom",
      predicate: "s.id = t.id",
      operations: {
        // Listed last, and tried first.
        matchedDelete: [{ predicate: "s.op = 'delete'" }],
        matchedUpdate: [
          { predicate: "s.op = 'set' AND t.n < 100", updates: { n: "t.n + s.n", name: "concat(t.name, '!')" } },
          { predicate: "s.op = 'set'", updates: { n: "0" } },
        ],
        notMatchedInsert: [{ predicate: "s.op <> 'delete'", updates: { id: "s.id", n: "n * 2", day: "'2024-02-01'" } }],
        notMatchedBySourceUpdate: [{ predicate: "t.day > '2024-01-01'", updates: { n: "n - 1" } }],
      },
    });
    expect(done).toMatchObject({ numTargetRowsInserted: 1, numTargetRowsUpdated: 2, numTargetRowsDeleted: 1, numTargetRowsCopied: 1 });
    expect(await rowsOf(table)).toEqual([
      { id: 2, name: "b!", n: 22, day: "2024-01-01" },
      { id: 3, name: "c", n: 3, day: "2024-01-02" },
      { id: 4, name: "d", n: 3, day: "2024-01-02" },
      { id: 5, name: null, n: 100, day: "2024-02-01" },
    ]);
  });

  it("custom: sets all columns but some", async () => {
    const table = await tableOf();
    await table.merge([...source, { id: 6, name: "F", n: 60, day: "2024-01-01" }], {
      mergeType: "custom",
      predicate: on,
      operations: {
        matchedUpdateAll: [{ exceptCols: ["name"] }],
        notMatchedInsertAll: [{ predicate: "s.id = 5", exceptCols: ["n"] }],
        notMatchedBySourceDelete: [{ predicate: "t.id = 3" }],
      },
    });
    expect(await rowsOf(table)).toEqual([before[0], { ...updated, name: "b" }, before[3], { ...inserted, n: null }]);
  });

  it("custom: takes functions of the rows", async () => {
    const table = await tableOf();
    await table.merge(source, {
      mergeType: "custom",
      predicate: (s, t) => s?.["id"] === t?.["id"],
      operations: {
        matchedUpdate: [{ predicate: (s, t) => s?.["n"] !== t?.["n"], updates: { n: (s, t) => Number(s?.["n"]) + Number(t?.["n"]) } }],
        notMatchedInsert: [{ updates: { id: (s) => s?.["id"], name: () => "new" } }],
        notMatchedBySourceDelete: [{ predicate: (t) => t?.["id"] === 4 }],
      },
    });
    expect(await rowsOf(table)).toEqual([before[0], { ...before[1], n: 22 }, before[2], { id: 5, name: "new", n: null, day: null }]);
  });

  it("sets only the columns that the source has", async () => {
    const table = await tableOf();
    await table.merge(
      [
        { id: 1, n: 10 },
        { id: 7, n: 70 },
      ],
      { mergeType: "upsert", predicate: on },
    );
    expect(await rowsOf(table)).toEqual([{ ...before[0], n: 10 }, ...before.slice(1), { id: 7, name: null, n: 70, day: null }]);
  });

  it("takes rows, iterables, columns and batches", async () => {
    async function* later(): AsyncGenerator<Row> {
      yield* source;
    }
    const other = await DeltaTable.create(new MemoryStore(), "s", { schema });
    await other.write(source);
    const forms: TableData[] = [
      source,
      new Set(source),
      later(),
      { id: [2, 5], name: ["B", "E"], n: [20, 50], day: ["2024-01-01", "2024-01-03"] },
      (await other.refresh()).batches(),
    ];
    for (const data of forms) {
      const table = await tableOf();
      await table.merge(data, { mergeType: "upsert", predicate: on });
      expect(await rowsOf(table)).toEqual([before[0], updated, before[2], before[3], inserted]);
    }
  });
});

describe("matching", () => {
  it("never matches a null key, and inserts its row", async () => {
    const table = await tableOf();
    await table.write([{ id: null, name: "null", n: 0, day: null }]);
    await table.merge([{ id: null, name: "source", n: 9, day: null }], { mergeType: "upsert", predicate: on });
    expect((await rowsOf(table)).filter(({ id }) => id === null)).toHaveLength(2);
    await table.delete("id IS NULL AND name = 'source'");
    await table.merge([{ id: null, name: "source", n: 9, day: null }], { mergeType: "upsert", predicate: "s.id <=> t.id" });
    expect((await rowsOf(table)).filter(({ id }) => id === null)).toEqual([{ id: null, name: "source", n: 9, day: null }]);
  });

  it("takes several keys, expressions as keys, and conditions on one side", async () => {
    const table = await tableOf();
    const rows = [
      { code: "1/2024-01-01", n: 10 },
      { code: "2/2024-01-02", n: 20 },
      { code: "3/2024-01-02", n: 30 },
      { code: "4/2024-01-02", n: -40 },
    ];
    const predicate = "s.code = concat(CAST(t.id AS STRING), '/', CAST(t.day AS STRING)) AND s.n > 0 AND t.id <> 1 AND s.n > t.n";
    const done = await table.merge(rows, {
      mergeType: "custom",
      predicate,
      operations: { matchedUpdate: [{ updates: { n: "s.n" } }], notMatchedInsert: [{ updates: { id: "99", n: "s.n" } }] },
    });
    expect(done).toMatchObject({ numTargetRowsUpdated: 1, numTargetRowsInserted: 3 });
    expect((await rowsOf(table)).map(({ id, n }) => [id, n])).toEqual([
      [1, 1],
      [2, 2],
      [3, 30],
      [4, 4],
      [99, 10],
      [99, 20],
      [99, -40],
    ]);
    const two = await table.merge(
      before.map((row) => ({ ...row, name: "x" })),
      {
        mergeType: "updateOnly",
        predicate: { on: ["id", "day", "n"] },
      },
    );
    expect(two).toMatchObject({ numTargetRowsUpdated: 3 });
  });

  it("refuses a row of the table that two rows of the source match, and names both", async () => {
    const table = await tableOf();
    const twice = [...source, { id: 2, name: "again", n: 0, day: "2024-01-01" }];
    const merged = table.merge(twice, { mergeType: "upsert", predicate: { on: ["id", "day"] } });
    await expect(merged).rejects.toMatchObject({ code: "ValidationError", field: "predicate" });
    await expect(merged).rejects.toThrow(
      "the rows 0 and 2 of the source match the row of the table with t.id = 2 and t.day = DATE '2024-01-01'",
    );
    expect(await rowsOf(table)).toEqual(before);
    // Nothing is ambiguous where matched rows stay, or only go.
    expect(await table.merge(twice, { mergeType: "deduplicateInsert", predicate: on })).toMatchObject({ numTargetRowsInserted: 1 });
    const operations = { matchedDelete: [{}] };
    expect(await table.merge(twice, { mergeType: "custom", predicate: on, operations })).toMatchObject({ numTargetRowsDeleted: 2 });
  });

  it("compares rows without keys, up to a limit", async () => {
    const table = await tableOf();
    const ranges = [{ low: 2, high: 3, n: 0 }];
    const operations = { matchedUpdate: [{ updates: { n: "s.n" } }] };
    expect(await table.merge(ranges, { mergeType: "custom", predicate: "t.id BETWEEN s.low AND s.high", operations })).toMatchObject({
      numTargetRowsUpdated: 2,
    });
    const count = 50_000;
    const wide = { low: new Float64Array(count).fill(9), high: new Float64Array(count).fill(9), n: new Int32Array(count) };
    await table.write({ id: new BigInt64Array(count) });
    await expect(table.merge(wide, { mergeType: "custom", predicate: "t.id BETWEEN s.low AND s.high", operations })).rejects.toThrow(
      "Cannot merge: its condition would compare more than 100000000 pairs of rows; add columns that are equal in both",
    );
  });

  it("tells keys apart that numbers, bytes and times hold", async () => {
    const keys = struct(field("key", "long"), field("bytes", "binary"), field("x", "double"), field("at", "timestamp"), field("n", "long"));
    const table = await DeltaTable.create(new MemoryStore(), "t", { schema: keys });
    const row = { key: 9007199254740993n, bytes: Uint8Array.of(0, 255), x: Number.NaN, at: 1n, n: 1 };
    const others = [
      { ...row, key: 9007199254740992n },
      { ...row, bytes: Uint8Array.of(255, 0) },
      { ...row, x: 0 },
      { ...row, at: 2n },
    ];
    await table.write([row, ...others]);
    const predicate = { on: ["key", "bytes", "x", "at"] };
    expect(await table.merge([{ ...row, n: 2 }], { mergeType: "upsert", predicate })).toMatchObject({
      numTargetRowsUpdated: 1,
      numTargetRowsInserted: 0,
    });
    expect(await table.merge([{ ...others[2], x: -0, n: 3 }], { mergeType: "upsert", predicate })).toMatchObject({
      numTargetRowsUpdated: 1,
      numTargetRowsInserted: 0,
    });
  });
});

describe("the files of a merge", () => {
  it("reads files in which a key may be, and leaves those without a match as they are", async () => {
    const table = await tableOf();
    const files = table.files().map(({ key }) => key);
    const done = await table.merge([{ id: 2, n: 0 }], { mergeType: "updateOnly", predicate: on });
    expect(done).toMatchObject({
      numTargetFilesScanned: 1,
      numTargetFilesSkippedDuringScan: 1,
      numTargetFilesRemoved: 1,
      numTargetFilesAdded: 1,
    });
    expect((await table.refresh()).files().filter(({ key }) => files.includes(key))).toHaveLength(1);
    // Between the keys of its statistics, and no match in the file.
    await table.merge([{ id: 9, n: 9, day: "2024-01-01" }], { mergeType: "upsert", predicate: on });
    const scanned = await table.merge([{ id: 9, n: 10 }], { mergeType: "updateOnly", predicate: "s.id = t.id AND t.day = '2024-01-02'" });
    expect(scanned).toMatchObject({ isCommitted: false, numTargetFilesScanned: 0, numTargetFilesSkippedDuringScan: 3 });
  });

  it("removes files of which all rows go without reading them", async () => {
    const table = await tableOf();
    const done = await table.merge([{ id: 1, n: 0 }], { mergeType: "replaceDeleteUnmatched", predicate: on });
    expect(done).toMatchObject({ numTargetFilesScanned: 1, numTargetFilesRemoved: 2, numTargetRowsDeleted: 3, numTargetRowsUpdated: 1 });
    expect(await rowsOf(table)).toEqual([{ ...before[0], n: 0 }]);
  });

  it("commits nothing when nothing changes", async () => {
    const table = await tableOf();
    expect(await table.merge([], { mergeType: "upsert", predicate: on })).toMatchObject({
      version: 2,
      isCommitted: false,
      numSourceRows: 0,
    });
    expect(await table.merge([{ id: 7 }], { mergeType: "updateOnly", predicate: on })).toMatchObject({ isCommitted: false });
  });
});

describe("the scope of a merge", () => {
  const where = "day = '2024-01-01'";

  it("leaves rows out of it as they are, also those without a match", async () => {
    const table = await tableOf();
    const done = await table.merge([{ id: 1, n: 10 }], { mergeType: "replaceDeleteUnmatched", predicate: on, where });
    expect(done).toMatchObject({ numTargetRowsUpdated: 1, numTargetRowsDeleted: 1, numTargetFilesSkippedDuringScan: 1 });
    expect(await rowsOf(table)).toEqual([{ ...before[0], n: 10 }, before[2], before[3]]);
  });

  it("is not widened by OR in the condition", async () => {
    const table = await tableOf();
    await table.merge([{ id: 1, n: 10 }], { mergeType: "updateOnly", predicate: "s.id = t.id OR t.id = 4", where });
    expect(await rowsOf(table)).toEqual([{ ...before[0], n: 10 }, ...before.slice(1)]);
  });

  it("refuses rows that would be out of it", async () => {
    const table = await tableOf();
    const options: MergeOptions = { mergeType: "upsert", predicate: on, where };
    await expect(table.merge(source, options)).rejects.toThrow('Cannot merge: an inserted row does not meet the condition "where"');
    await expect(table.merge([{ id: 1, day: "2024-01-02" }], options)).rejects.toThrow("an updated row does not meet");
    expect(await rowsOf(table)).toEqual(before);
  });

  it("lets merges of other partitions pass", async () => {
    const table = await tableOf();
    const days = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"];
    const merges = days.map((day, index) =>
      table.merge([{ id: index * 2 + 1, name: "new", n: 0, day }], {
        mergeType: "upsert",
        predicate: on,
        where: `day = '${day}'`,
        retry: { maxRetries: 0 },
      }),
    );
    const versions = (await Promise.all(merges)).map(({ version }) => version);
    expect(versions.sort()).toEqual([3, 4, 5, 6]);
    expect((await rowsOf(table)).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 7]);
  });

  it("meets a conflict with a writer that adds a key that it looked for, and does it again", async () => {
    const table = await tableOf();
    const options: MergeOptions = { mergeType: "upsert", predicate: on };
    const done = await Promise.all([1, 2, 3, 4].map((n) => table.merge([{ id: 8, n, day: "2024-01-08" }], options)));
    expect(done.reduce((sum, { numTargetRowsInserted }) => sum + numTargetRowsInserted, 0)).toBe(1);
    expect((await rowsOf(table)).filter(({ id }) => id === 8)).toHaveLength(1);
  });
});

describe("the columns of the source", () => {
  it("are refused where the table lacks them, and added with the schema mode merge", async () => {
    const table = await tableOf();
    const wider = source.map((row) => ({ ...row, extra: 1.5 }));
    const options: MergeOptions = { mergeType: "upsert", predicate: on };
    await expect(table.merge(wider, options)).rejects.toMatchObject({ code: "ValidationError", field: "extra" });
    await table.merge(wider, { ...options, schemaMode: "merge" });
    expect(await rowsOf(table)).toEqual([
      { ...before[0], extra: null },
      { ...updated, extra: 1.5 },
      { ...before[2], extra: null },
      { ...before[3], extra: null },
      { ...inserted, extra: 1.5 },
    ]);
    expect((await table.refresh()).schema.fields.at(-1)).toMatchObject({ name: "extra", type: "double" });
  });

  it("fail when their values do not fit, or are null when that is asked for", async () => {
    const table = await tableOf();
    const rows = [
      { id: "1", n: "x" },
      { id: "2", n: "22" },
    ];
    await expect(table.merge(rows, { mergeType: "updateOnly", predicate: on })).rejects.toMatchObject({
      code: "ValidationError",
      field: "id",
    });
    await table.merge(rows, { mergeType: "updateOnly", predicate: on, errorOnTypeMismatch: false });
    expect((await rowsOf(table)).slice(0, 2)).toEqual([
      { ...before[0], n: null },
      { ...before[1], n: 22 },
    ]);
  });

  it.each<[string, Partial<MergeOptions>]>([
    ['Unknown column "s.idd"', { predicate: "s.idd = t.id" }],
    ['Ambiguous column "id"', { predicate: "id = 1" }],
    ["the type upsert has operations of its own", { operations: { matchedDelete: [{}] } }],
    ["the type custom needs at least one clause", { mergeType: "custom" }],
    ["Invalid mergeType of DeltaTable.merge", { mergeType: "insert" as MergeType }],
    [
      "Invalid matchedDelete of DeltaTable.merge.operations: an array; expected an array of clauses, each with predicate",
      { mergeType: "custom", operations: { matchedDelete: [{ when: "x" }] as never } },
    ],
    ["expected an operand", { where: "day =" }],
    ['Unknown column "x.id"', { sourceAlias: "s", targetAlias: "u", predicate: "x.id = u.id" }],
  ])("are checked: %s", async (message, options) => {
    const table = await tableOf();
    await expect(table.merge(source, { mergeType: "upsert", predicate: on, ...options })).rejects.toThrow(message);
    expect((await table.refresh()).version).toBe(2);
  });

  it("are called by other aliases", async () => {
    const table = await tableOf();
    const aliases = { sourceAlias: "new", targetAlias: "old" };
    await table.merge(source, { mergeType: "upsert", predicate: "new.id = old.id", where: "old.id < 10", ...aliases });
    await table.merge(source, { mergeType: "deduplicateInsert", predicate: on, ...aliases });
    expect(await rowsOf(table)).toHaveLength(5);
  });
});

it("writes what it did into the history", async () => {
  const table = await tableOf();
  await table.merge(source, { mergeType: "upsert", predicate: on });
  const [entry] = await (await table.refresh()).history({ limit: 1 });
  expect(entry).toMatchObject({
    operation: "MERGE",
    commitInfo: {
      operationParameters: { predicate: "s.id = t.id", matchedPredicates: '[{"actionType":"update"}]' },
      operationMetrics: { numSourceRows: "2", numTargetRowsInserted: "1", numTargetRowsUpdated: "1", numTargetRowsCopied: "1" },
    },
  });
});
