/** Rows of tables that other engines wrote are deleted. The tables are beside the project, not in it. */
import { describe, expect, it } from "vitest";
import { printJson } from "../../../../src/delta/log/json.ts";
import { loadSnapshot } from "../../../../src/delta/log/snapshot.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { isEdgewaterError } from "../../../../src/errors.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { FolderStore } from "../../../support/delta/folder-store.ts";
import { folder, isThere, tables } from "../../../support/delta/other-engines.ts";

/** Those that differ in what rewriting has to heed: deletion vectors, names of columns, partitions, protocols. */
const kinds = /dv|deletion|mapping|partition|primitive|nested|check|widen/;
const some = tables.filter(({ table, must, rows = 0 }) => must === "rows" && rows <= 1000 && kinds.test(table));

/** A copy of a table that can be written to. */
async function copyOf(table: string): Promise<MemoryStore> {
  const [from, to] = [new FolderStore(folder), new MemoryStore()];
  for await (const { key } of from.list(table)) await to.put(`t${key.slice(table.length)}`, await (await from.get(key)).bytes());
  return to;
}

function textsOf(rows: readonly object[]): readonly string[] {
  return rows.map(textOf).sort();
}

function textOf(row: object): string {
  const plain = (value: unknown): unknown => {
    if (value instanceof Map) return [...value].map(([key, each]) => [plain(key), plain(each)]);
    if (value instanceof Date || typeof value === "number") return String(value);
    if (value instanceof Uint8Array) return [...value];
    if (Array.isArray(value)) return value.map(plain);
    return typeof value === "object" && value !== null ? Object.entries(value).map(([key, each]) => [key, plain(each)]) : value;
  };
  return printJson(plain(row) as never);
}

/** About half of all rows. */
function isChosen(row: object): boolean {
  let sum = 0;
  for (const character of textOf(row)) sum += character.codePointAt(0) ?? 0;
  return sum % 2 === 0;
}

/** Tables with features that are not written: each is refused by the name of one. */
const refused = new Set<string>();

describe.runIf(isThere)("deleting rows of a table of another engine", () => {
  it.each(some)("leaves the others, and no deletion vector of a file that was rewritten: $table", async ({ table }) => {
    const store = await copyOf(table);
    const opened = await DeltaTable.open(store, "t");
    const before = await opened.toRows();
    const chosen = before.filter(isChosen);
    let done: Awaited<ReturnType<typeof opened.delete>>;
    try {
      done = await opened.delete(isChosen);
    } catch (error) {
      if (!isEdgewaterError(error, "NotSupported")) throw error;
      refused.add(table);
      return expect(error.message).toMatch(/this library does not support the features? "|append-only/);
    }
    expect(done).toMatchObject({ numDeletedRows: chosen.length, isCommitted: chosen.length > 0 });
    const after = await opened.refresh();
    expect(textsOf(await after.toRows())).toEqual(textsOf(before.filter((row) => !isChosen(row))));
    const files = [...(await loadSnapshot({ store, root: "t" })).files()];
    const added = files.filter(({ path }) => !opened.files().some(({ key }) => key.endsWith(path)));
    expect(added.filter(({ deletionVector }) => deletionVector !== undefined)).toEqual([]);
    // Earlier versions are as they were.
    expect(textsOf(await (await DeltaTable.open(store, "t", { version: opened.version })).toRows())).toEqual(textsOf(before));
  });

  it("is possible for most of them", () => {
    expect(refused.size).toBeLessThan(some.length / 3);
  });
});
