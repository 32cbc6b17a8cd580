/** A Postgres for records and for DBOS, and a folder for values. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Records } from "./pipeline.ts";

/** A folder of values beside a database of records. */
export async function newRecords(records: string): Promise<Records & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-engines-"));
  return { records, folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
