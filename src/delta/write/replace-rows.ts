import type { Batch } from "../batch.ts";
import { bindCondition } from "../expression/bind.ts";
import { compile } from "../expression/evaluate.ts";
import { type Expression, referencesOf } from "../expression/expression.ts";
import type { Action, AddFile } from "../log/actions.ts";
import { fileIdentity } from "../log/file-identity.ts";
import { removalOf } from "../log/remove-file.ts";
import { filesOf, scan } from "../scan.ts";
import { physicalName } from "../schema/column-mapping.ts";
import type { Reads } from "../transaction/plan.ts";
import { conformer } from "../values/conform.ts";
import { parsePartitionValue } from "../values/partition.ts";
import { type DataFileOptions, writeDataFiles } from "./data-files.ts";
import type { OperationSnapshot } from "./operation.ts";
import type { WriteTarget } from "./target.ts";

/** Rows that a write takes away. */
export interface Replaced {
  readonly removed: readonly Action[];
  /** Files with the other rows of removed files. */
  readonly copied: readonly AddFile[];
  readonly reads: Reads;
}

/**
 * Takes away the rows of a table for which a condition is true. Files of which all rows go are removed; of the others, those that stay
 * are written anew. Where the condition is on partition columns only, no file is read.
 */
export async function replaceRows(
  snapshot: OperationSnapshot,
  where: Expression,
  target: WriteTarget,
  options: DataFileOptions,
): Promise<Replaced> {
  const bound = bindCondition(where, snapshot.schema);
  const holdsForPartition = partitionCondition(snapshot, where);
  const read: AddFile[] = [];
  const removed: AddFile[] = [];
  const rest = async function* (): AsyncGenerator<Batch, void, void> {
    const conform = conformer(snapshot.schema, target.schema);
    for (const file of filesOf(snapshot, where)) {
      if (holdsForPartition !== undefined) {
        if (!holdsForPartition(file)) continue;
        read.push(file);
        removed.push(file);
        continue;
      }
      read.push(file);
      if (!(await hasRow(snapshot, file, where, options.signal))) continue;
      removed.push(file);
      const others = { where: notTrue(where), files: [file], signal: options.signal };
      for await (const batch of scan(snapshot, others)) yield conform(batch);
    }
  };
  const copied = await writeDataFiles(target, rest(), { ...options, condition: undefined });
  const now = Date.now();
  return {
    removed: removed.map((file) => ({ remove: removalOf(file, now) })),
    copied,
    reads: { rows: bound, files: new Set(read.map(fileIdentity)) },
  };
}

async function hasRow(snapshot: OperationSnapshot, file: AddFile, where: Expression, signal: AbortSignal | undefined): Promise<boolean> {
  for await (const _ of scan(snapshot, { columns: [], where, files: [file], signal })) return true;
  return false;
}

/** A condition that holds where another one is false or null. */
function notTrue(condition: Expression): Expression {
  const literal = (value: boolean): Expression => ({ kind: "literal", type: "boolean", value });
  return { kind: "case", branches: [{ condition, result: literal(false) }], otherwise: literal(true) };
}

/** Whether a condition holds for all rows of a file, or for none; undefined if it depends on more than partition columns. */
function partitionCondition({ schema, metadata, mapping }: OperationSnapshot, where: Expression): ((file: AddFile) => boolean) | undefined {
  const columns = new Set(metadata.partitionColumns.map((name) => name.toLowerCase()));
  const names = referencesOf(where)?.map(([name = ""]) => name.toLowerCase());
  if (names === undefined || !names.every((name) => columns.has(name))) return undefined;
  const fields = schema.fields.filter(({ name }) => columns.has(name.toLowerCase()));
  const evaluate = compile(bindCondition(where, { type: "struct", fields }));
  return ({ partitionValues }) => {
    const values = fields.map((field) => {
      const name = physicalName(field, mapping);
      return [parsePartitionValue(Object.hasOwn(partitionValues, name) ? partitionValues[name] : undefined, field.type, field.name)];
    });
    return evaluate([{ columns: values, row: 0 }]) === true;
  };
}
