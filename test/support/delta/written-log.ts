/** Logs of tables, written by hand. */
import type { Action, AddFile, Metadata, Protocol } from "../../../src/delta/log/actions.ts";
import { printActions } from "../../../src/delta/log/commit.ts";
import { commitName } from "../../../src/delta/log/file-names.ts";
import { logKey, type TableLocation, type TableStore } from "../../../src/delta/store.ts";
import { MemoryStore } from "../../../src/object-store/memory/store.ts";

export const protocol: Protocol = { minReaderVersion: 1, minWriterVersion: 2 };

export const metadata: Metadata = {
  id: "3e5ef8c1-4a8e-4f4e-9a8e-0a5a5f1f2c3d",
  format: { provider: "parquet", options: {} },
  schemaString: '{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}',
  partitionColumns: [],
  configuration: {},
};

/** The first commit of a table. */
export function created(changes: { readonly protocol?: Protocol; readonly configuration?: Metadata["configuration"] } = {}): Action[] {
  return [
    { commitInfo: { timestamp: 0, operation: "CREATE TABLE" } },
    { protocol: changes.protocol ?? protocol },
    { metaData: { ...metadata, configuration: changes.configuration ?? {} } },
  ];
}

export function added(path: string, changes: Partial<AddFile> = {}): Action {
  return { add: { path, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true, ...changes } };
}

export function removed(path: string, deletionTimestamp = 1): Action {
  return { remove: { path, deletionTimestamp, dataChange: true } };
}

/** A table with these commits, from version 0 on. */
export async function tableOf(...commits: readonly (readonly Action[])[]): Promise<TableLocation<TableStore>> {
  const table = { store: new MemoryStore(), root: "table" };
  for (const [version, actions] of commits.entries()) await commit(table, version, actions);
  return table;
}

export async function commit(table: TableLocation<TableStore>, version: number, actions: readonly Action[]): Promise<void> {
  await writeLog(table, commitName(version), printActions(actions));
}

/** Writes a file of a log. */
export async function writeLog({ store, root }: TableLocation<TableStore>, name: string, text: string): Promise<void> {
  await store.put(logKey(root, name), text);
}
