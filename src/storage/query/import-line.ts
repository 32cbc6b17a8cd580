import { fromBase64 } from "../../encoding/base64.ts";
import { thrownText } from "../../errors.ts";
import type { Batch } from "../batch.ts";
import { checkBatch } from "../check-batch.ts";
import type { AnyEvent } from "../events.ts";
import { definitionFrom, type EventJson, eventFrom, runFrom } from "../record-json.ts";
import type { AssetDefinition, KvEntry, LogRecord, RunRecord, TickRecord } from "../records.ts";

/** A row of an export. */
export type ImportRow =
  | { readonly kind: "asset"; readonly row: AssetDefinition }
  | { readonly kind: "dynamicPartition"; readonly row: { readonly definition: string; readonly key: string } }
  | { readonly kind: "kv"; readonly row: KvEntry }
  | { readonly kind: "run"; readonly row: RunRecord }
  | { readonly kind: "log"; readonly row: LogRecord }
  | { readonly kind: "tick"; readonly row: TickRecord }
  | { readonly kind: "event"; readonly row: AnyEvent }
  /** The last line, with the number of rows. */
  | { readonly kind: "end"; readonly row: number };

const kinds: readonly string[] = ["asset", "dynamicPartition", "kv", "run", "log", "tick", "event"];

/**
 * Reads a line of an export after the first one.
 *
 * @throws an error whose message is the problem, for a line that is not one
 */
export function importRow(line: unknown): ImportRow {
  const names = isRecord(line) ? Object.keys(line) : [];
  const [kind = ""] = names;
  if (names.length !== 1 || !isRecord(line)) throw new Error("is not an object with one field");
  const row = line[kind];
  if (kind === "end") {
    if (!Number.isSafeInteger(row)) throw new Error("has no number of rows");
    return { kind, row: row as number };
  }
  if (!kinds.includes(kind)) throw new Error(`has the unknown kind ${JSON.stringify(kind)}`);
  if (!isRecord(row)) throw new Error(`has a damaged ${kind}: it is not an object`);
  try {
    const imported = rowOf(kind as Exclude<ImportRow["kind"], "end">, row as never);
    checkBatch("the export", batchOf(imported));
    return imported;
  } catch (cause) {
    throw new Error(`has a damaged ${kind}: ${thrownText(cause)}`, { cause });
  }
}

/** A batch of one row, to be checked as every commit is. */
function batchOf({ kind, row }: ImportRow): Batch {
  switch (kind) {
    case "asset":
      return { assets: [row] };
    case "dynamicPartition":
      return { dynamicPartitions: [{ definition: row.definition, add: [row.key] }] };
    case "kv":
      return { kv: [row] };
    case "run":
      return { runs: [row] };
    case "log":
      return { logs: [row] };
    case "tick":
      return { ticks: [row] };
    case "event":
      return { events: [row] };
    case "end":
      return {};
  }
}

function rowOf(kind: Exclude<ImportRow["kind"], "end">, row: never): ImportRow {
  switch (kind) {
    case "asset":
      return { kind, row: definitionFrom(row) };
    case "run":
      return { kind, row: runFrom(row) };
    case "kv": {
      const { key, value } = row as { readonly key: string; readonly value: string };
      return { kind, row: { key, value: fromBase64(value) } };
    }
    case "event":
      return { kind, row: eventFrom(row as EventJson) };
    default:
      return { kind, row };
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
