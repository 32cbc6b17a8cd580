import { EdgewaterError } from "../../errors.ts";
import { logFolder } from "../store.ts";
import { readNothing } from "../transaction/plan.ts";
import { newTable } from "./new-table.ts";
import { nameOf, runOperation, type WrittenTable } from "./operation.ts";
import type { CreateOptions } from "./options.ts";

/** Creates a table without rows. */
export async function createTable(written: WrittenTable, options: CreateOptions): Promise<void> {
  const { table } = written;
  await runOperation(written, options, async (snapshot) => {
    if (snapshot !== undefined) {
      throw new EdgewaterError("AlreadyExists", `Cannot create ${nameOf(table)}: it exists`, {
        store: table.store.name,
        key: logFolder(table.root),
      });
    }
    return {
      actions: newTable(options, options.schema),
      reads: readNothing,
      operation: "CREATE TABLE",
      parameters: {},
      metrics: undefined,
      operationMetrics: {},
    };
  });
}
