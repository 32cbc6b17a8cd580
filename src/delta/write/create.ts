import { EdgewaterError } from "../../errors.ts";
import type { Action } from "../log/actions.ts";
import { removalOf } from "../log/remove-file.ts";
import { logFolder, nameOf } from "../store.ts";
import { readEverything, readNothing } from "../transaction/plan.ts";
import { checkRemovable } from "./append-only.ts";
import { RowChecks } from "./checks.ts";
import { newTable } from "./new-table.ts";
import { runOperation, type WrittenTable } from "./operation.ts";
import type { CreateOptions } from "./options.ts";
import { targetOf } from "./target.ts";

/**
 * Creates a table without rows, or replaces one.
 *
 * @throws as `DeltaTable.create`
 */
export async function createTable(written: WrittenTable, options: CreateOptions): Promise<void> {
  const { table } = written;
  const { schema, mode = "error" } = options;
  await runOperation(written, options, async (snapshot) => {
    if (snapshot !== undefined && mode === "ignore") return undefined;
    if (snapshot !== undefined && mode === "error") {
      const message = `Cannot create ${nameOf(table)}: it exists; open it, or create it with the mode "ignore" or "createOrReplace"`;
      throw new EdgewaterError("AlreadyExists", message, { store: table.store.name, key: logFolder(table.root) });
    }
    if (snapshot !== undefined) checkRemovable(snapshot);
    const { actions, metadata } = newTable(table, options, schema, snapshot);
    // Refuses constraints that no row could be checked for.
    new RowChecks(targetOf(table, metadata));
    const now = Date.now();
    const removed = Array.from(snapshot?.files() ?? [], (file): Action => ({ remove: removalOf(file, now) }));
    return {
      actions: [...actions, ...removed],
      reads: snapshot === undefined ? readNothing : readEverything,
      operation: snapshot === undefined ? "CREATE TABLE" : "CREATE OR REPLACE TABLE",
      parameters: { partitionBy: JSON.stringify(metadata.partitionColumns), properties: JSON.stringify(metadata.configuration) },
      metrics: undefined,
      operationMetrics: { numRemovedFiles: String(removed.length) },
    };
  });
}
