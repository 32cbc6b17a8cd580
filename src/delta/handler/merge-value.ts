import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { type Metadata, makeMetadata } from "../../metadata/metadata-value.ts";
import type { Expression } from "../expression/expression.ts";
import { type MergeResult, mergeRows } from "../merge/merge.ts";
import type { MergeConfig, MergeType } from "../merge/options.ts";
import type { WrittenTable } from "../write/operation.ts";
import { type Write, type WriteResult, writeTable } from "../write/write.ts";

/** A value that is merged into a table. */
export interface MergedValue {
  readonly written: WrittenTable;
  readonly isNew: boolean;
  /** The write that makes a new table of the value. */
  readonly write: Omit<Write, "mode" | "replaceWhere">;
  readonly config: MergeConfig;
  /** The condition on the rows of the partition; undefined for all rows. */
  readonly where: Expression | undefined;
}

/** Types that insert the rows of the source: these create a missing table. */
const inserting: readonly MergeType[] = ["upsert", "deduplicateInsert"];

/** Merges a value into a table. Without a table, a type that inserts rows makes one of them. */
export async function mergeValue(value: MergedValue): Promise<WriteResult | MergeResult> {
  const { written, isNew, write, config, where } = value;
  const { data, schema, schemaMode, commitMetadata, txn, retry, signal } = write;
  if (isNew && inserting.includes(config.mergeType)) {
    try {
      return await writeTable(written, {
        ...write,
        mode: where === undefined ? "error" : "overwrite",
        replaceWhere: where,
        retry: { maxRetries: 0 },
      });
    } catch (error) {
      // Another writer has made the table meanwhile.
      if (!isEdgewaterError(error, "AlreadyExists", "Conflict") || !isRepeatable(data)) throw error;
    }
  }
  const mode = schemaMode === "merge" ? schemaMode : undefined;
  return mergeRows(written, data, { ...config, schema, schemaMode: mode, commitMetadata, txn, retry, signal }, where);
}

/** Whether data can be read once more. */
function isRepeatable(data: object): boolean {
  return !("next" in data) && !(data instanceof ReadableStream);
}

/** The metadata of a materialization that was a merge. */
export function mergeMetadata(result: WriteResult | MergeResult): Metadata {
  const rows = makeMetadata({ kind: "Int", value: result.numOutputRows });
  if (!("numSourceRows" in result)) return { "delta/num_output_rows": rows };
  const { version: _, isCommitted: __, ...counts } = result;
  const stats = Object.fromEntries(Object.entries(counts).map(([name, count]) => [snakeCase(name), count]));
  return { "delta/num_output_rows": rows, "delta/merge_stats": makeMetadata({ kind: "Json", value: JSON.stringify(stats) }) };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** @throws `SettingsError` for the mode `merge` without how to merge */
export function requireMergeConfig(config: MergeConfig | undefined, owner: string): MergeConfig {
  if (config !== undefined) return config;
  const message = `Missing mergeConfig of ${owner}: the mode is "merge"; say how, such as { mergeType: "upsert", predicate: { on: ["id"] } }`;
  throw new EdgewaterError("SettingsError", message, { field: "mergeConfig" });
}
