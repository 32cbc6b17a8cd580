import { fromBase64, toBase64 } from "../encoding/base64.ts";
import type { Batch, LeaseChange, Precondition } from "../storage/batch.ts";
import type { NewEvent } from "../storage/events.ts";
import { eventFrom, eventJson } from "../storage/record-json.ts";

type Row = Readonly<Record<string, unknown>>;
type Lists = Readonly<Record<keyof Batch, readonly Row[] | undefined>>;

/** A batch as plain JSON. Fields that are undefined are left out when it is written; {@link batchFrom} adds those that must exist. */
export function batchJson(batch: Batch): Row {
  const { preconditions, events, kv } = batch;
  return {
    ...batch,
    preconditions: preconditions?.map(preconditionJson),
    events: events?.map(eventJson),
    kv: kv?.map(({ key, value }) => ({ key, value: value && toBase64(value) })),
  };
}

/**
 * The batch that {@link batchJson} wrote. Its fields are not checked: `checkBatch` does that.
 *
 * @throws `MetadataError`, `PartitionError`, and a `TypeError` or a `DOMException` for JSON of another shape
 */
export function batchFrom(json: Row): Batch {
  const { preconditions, events, kv, leases } = json as Lists;
  return {
    ...json,
    ...(preconditions && { preconditions: preconditions.map(preconditionFrom) }),
    ...(events && { events: events.map((each) => eventFrom(each) as NewEvent) }),
    ...(kv && { kv: kv.map(({ key, value, ...others }) => ({ ...others, key: key as string, value: bytesFrom(value) })) }),
    ...(leases && { leases: leases.map((each) => ({ ...each, owner: each["owner"] }) as LeaseChange) }),
  };
}

function preconditionJson(precondition: Precondition): Row {
  if ("kv" in precondition) return { ...precondition, is: precondition.is && toBase64(precondition.is) };
  if ("latest" in precondition && precondition.partition !== undefined) return { ...precondition, partition: `${precondition.partition}` };
  return precondition;
}

function preconditionFrom(row: Row): Precondition {
  if ("event" in row) return row as Precondition;
  if ("lease" in row) return { ...row, owner: row["owner"] } as Precondition;
  return { ...row, is: "kv" in row ? bytesFrom(row["is"]) : row["is"] } as Precondition;
}

function bytesFrom(value: unknown): Uint8Array | undefined {
  return value === undefined ? undefined : fromBase64(value as string);
}
