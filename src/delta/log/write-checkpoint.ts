import { isEdgewaterError } from "../../errors.ts";
import type { Batch } from "../batch.ts";
import { ParquetWriter } from "../parquet/write.ts";
import type { DeltaType, StructType } from "../schema/types.ts";
import { logKey, type TableLocation, type TableStore } from "../store.ts";
import type { Action } from "./actions.ts";
import { checkpointSchema } from "./checkpoint-schema.ts";
import { checkpointName } from "./file-names.ts";
import { lastCheckpointName, readLastCheckpoint } from "./last-checkpoint.ts";
import { deletedFileRetention, flagProperty, txnRetention } from "./properties.ts";
import type { Snapshot } from "./snapshot.ts";

/** So many actions are encoded at a time. */
const batchRows = 10_000;

/**
 * Writes a classic checkpoint of a snapshot, and the hint that leads to it. Tombstones and versions of applications that have expired
 * are left out.
 *
 * @param now milliseconds since 1970-01-01T00:00:00Z
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints-1
 */
export async function writeCheckpoint(
  snapshot: Snapshot,
  { store, root }: TableLocation<TableStore>,
  now: number,
  signal?: AbortSignal,
): Promise<void> {
  const writer = new ParquetWriter({ schema: checkpointSchema });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (const batch of batchesOf(checkpointActions(snapshot, now))) {
    writer.write(batch);
    chunks.push(writer.take());
  }
  writer.finish();
  chunks.push(writer.take());
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  const { version, fileCount } = snapshot;
  await store.put(logKey(root, checkpointName(version)), bytes, { signal });
  const hint = { version, size: writer.rowCount, sizeInBytes: bytes.byteLength, numOfAddFiles: fileCount };
  await writeHint({ store, root }, hint, signal);
}

/** The hint never goes back to an older checkpoint, unless two writers race; then it is still true. */
async function writeHint(
  table: TableLocation<TableStore>,
  hint: { readonly version: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  const last = await readLastCheckpoint(table, signal);
  if (last !== undefined && last.version > hint.version) return;
  try {
    await table.store.put(logKey(table.root, lastCheckpointName), JSON.stringify(hint), { signal });
  } catch (error) {
    // The checkpoint is found without it.
    if (!isEdgewaterError(error, "Unavailable", "PermissionDenied")) throw error;
  }
}

function* checkpointActions(snapshot: Snapshot, now: number): Generator<Action> {
  const { protocol, metadata } = snapshot;
  yield { protocol };
  yield { metaData: metadata };
  const txnsSince = now - (txnRetention(metadata) ?? Number.POSITIVE_INFINITY);
  for (const txn of snapshot.txns.values()) if ((txn.lastUpdated ?? now) >= txnsSince) yield { txn };
  for (const domainMetadata of snapshot.domainMetadata.values()) yield { domainMetadata };
  const tombstonesSince = now - deletedFileRetention(metadata);
  for (const remove of snapshot.tombstones()) {
    if ((remove.deletionTimestamp ?? 0) > tombstonesSince) yield { remove: { ...remove, dataChange: false } };
  }
  // Statistics as columns are not written: those who asked for them alone get them as text.
  const hasStatistics =
    flagProperty(metadata, "delta.checkpoint.writeStatsAsJson", true) ||
    flagProperty(metadata, "delta.checkpoint.writeStatsAsStruct", false);
  for (const file of snapshot.files()) {
    // An action of a checkpoint changes no data.
    const { stats, ...add } = { ...file, dataChange: false };
    yield { add: hasStatistics && stats !== undefined ? { ...add, stats } : add };
  }
}

function* batchesOf(actions: Iterable<Action>): Generator<Batch> {
  let rows: Action[] = [];
  for (const action of actions) {
    rows.push(action);
    if (rows.length < batchRows) continue;
    yield batchOf(rows);
    rows = [];
  }
  if (rows.length > 0) yield batchOf(rows);
}

function batchOf(rows: readonly Action[]): Batch {
  const columns = checkpointSchema.fields.map(({ name, type }) =>
    rows.map((row) => columnValue((row as Readonly<Record<string, unknown>>)[name], type)),
  );
  return { schema: checkpointSchema, rowCount: rows.length, columns };
}

/** A value of an action in the form of `batch.ts`. */
function columnValue(value: unknown, type: DeltaType): unknown {
  if (value === undefined || value === null) return null;
  if (type === "long") return BigInt(value as number | bigint);
  if (typeof type === "string" || type.type === "array" || type.type === "decimal") return value;
  if (type.type === "map") return Object.entries(value);
  return structValue(value as Readonly<Record<string, unknown>>, type);
}

function structValue(value: Readonly<Record<string, unknown>>, { fields }: StructType): Readonly<Record<string, unknown>> {
  const struct: Record<string, unknown> = {};
  for (const { name, type } of fields) struct[name] = columnValue(value[name], type);
  return struct;
}
