import { nameProblem } from "../encoding/utf8.ts";
import { EdgewaterError, type ErrorCode, isEdgewaterError } from "../errors.ts";
import { isMetadataValue } from "../metadata/metadata-value.ts";
import { describe, nearest } from "../options.ts";
import type { Batch, DynamicPartitionsChange } from "./batch.ts";
import {
  asset,
  deletes,
  dynamicPartitions,
  eventFields,
  eventIs,
  type Field,
  json,
  kv,
  kvIs,
  latestIs,
  lease,
  leaseEnd,
  leaseIs,
  lists,
  log,
  run,
  runIs,
  tick,
} from "./batch-fields.ts";
import type { EventType, NewEvent } from "./events.ts";
import { isJson, isPlain } from "./json-value.ts";
import { metadataFrom, metadataJson } from "./record-json.ts";

type Row = Readonly<Record<string, unknown>>;

/** Refuses a row, because of one of its fields; an empty field means the whole row. */
type Refuse = (field: string, reason: string, code?: ErrorCode) => never;

/**
 * Checks a batch before anything of it is written, so that every back end takes the same batches, and whatever one takes can be
 * read, exported, imported and pruned.
 *
 * @throws `SettingsError` for a field that is missing, unknown or of a wrong type, `InvalidPath` for a name with NUL or a lone
 *   surrogate, `MetadataError` and `PartitionError` for wrong metadata, partitions and keys; each names the field
 */
export function checkBatch(store: string, batch: Batch): void {
  if (!isPlain(batch)) refuseIn(store, "the batch")("", `is ${describe(batch)}; expected a plain object`);
  checkFields(batch as Row, lists, refuseIn(store, ""));
  for (const name of Object.keys(checks) as (keyof typeof checks)[]) {
    const rows: readonly unknown[] = batch[name] ?? [];
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      const refuse = refuseIn(store, name, index);
      if (!isPlain(row)) refuse("", `is ${describe(row)}; expected a plain object`);
      checks[name](row as never, refuse);
    }
  }
  if (batch.deletes) {
    const refuse = refuseIn(store, "deletes");
    checkFields(batch.deletes as Row, deletes, refuse);
    for (const key of batch.deletes.runs ?? []) checkName("runs", key, refuse);
    for (const key of batch.deletes.assets ?? []) checkName("assets", key, refuse);
  }
  if (batch.events) checkIds(batch.events, store);
}

/** Checks one name that a back end looks up. @throws `SettingsError`, `InvalidPath` */
export function checkStorageName(store: string, name: unknown, what: string): void {
  if (typeof name !== "string")
    throw new EdgewaterError("SettingsError", `Invalid ${what} in ${store}: ${describe(name)}; expected a string`, { store, field: what });
  const problem = nameProblem(name);
  if (problem !== undefined)
    throw new EdgewaterError("InvalidPath", `Invalid ${what} ${JSON.stringify(name)} in ${store}: ${problem}`, { store });
}

function refuseIn(store: string, list: string, index?: number): Refuse {
  return (name, reason, code = "SettingsError") => {
    const row = index === undefined ? list : `${list}[${index}]`;
    const field = row === "" || name === "" ? `${row}${name}` : `${row}.${name}`;
    throw new EdgewaterError(code, `Cannot commit to ${store}: ${field} ${reason}; nothing was written`, { store, field });
  };
}

/** Checks the fields of one row. An unknown field is refused, or must be JSON where a later version may have written the row. */
function checkFields(row: Row, fields: Readonly<Record<string, Field>>, refuse: Refuse, others: "refused" | "JSON" = "refused"): void {
  for (const name in row) {
    if (Object.hasOwn(fields, name) || (others === "JSON" && (row[name] === undefined || isJson(row[name])))) continue;
    if (others === "JSON") refuse(name, `is ${describe(row[name])}; expected ${json.expected}`);
    const near = nearest(name, Object.keys(fields));
    refuse(name, `is unknown; ${near === undefined ? `known are ${Object.keys(fields).join(", ")}` : `did you mean ${near}?`}`);
  }
  for (const name in fields) {
    const field = fields[name] as Field;
    const value = row[name];
    if (value === undefined) {
      if (field.mustExist === "with a value") refuse(name, `is missing; expected ${field.expected}`, field.code);
      if (field.mustExist && !(name in row)) refuse(name, `is missing; expected ${field.expected} or undefined`);
    } else if (!field.accepts(value)) refuse(name, `is ${describe(value)}; expected ${field.expected}`, field.code);
    else if (field.isName) for (const each of textsOf(value)) checkName(name, each, refuse);
  }
}

/** The texts of a name, of an array of names, or of a record of tags with its keys. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return (Array.isArray(value) ? value : Object.entries(value as object).flat()) as readonly string[];
}

function checkName(field: string, name: string, refuse: Refuse): void {
  const problem = nameProblem(name);
  if (problem !== undefined) refuse(field, `is ${JSON.stringify(name)}: ${problem}`, "InvalidPath");
}

/** The check of a row of each list of a batch. */
const checks = {
  preconditions: (row: Row, refuse: Refuse) => {
    const kinds = { kv: kvIs, latest: latestIs, run: runIs, lease: leaseIs, event: eventIs };
    const kind = (Object.keys(kinds) as (keyof typeof kinds)[]).find((each) => row[each] !== undefined);
    if (kind === undefined) refuse("", `is of no kind; expected one of the fields ${Object.keys(kinds).join(", ")}`);
    checkFields(row, kinds[kind], refuse);
    if (row["partition"] !== undefined) checkName("partition", String(row["partition"]), refuse);
  },
  events: checkEvent,
  runs: (row: Row, refuse: Refuse) => checkFields(row, run, refuse, "JSON"),
  assets: (row: Row, refuse: Refuse) => checkFields(row, asset, refuse, "JSON"),
  logs: (row: Row, refuse: Refuse) => checkFields(row, log, refuse, "JSON"),
  ticks: (row: Row, refuse: Refuse) => checkFields(row, tick, refuse, "JSON"),
  kv: (row: Row, refuse: Refuse) => checkFields(row, kv, refuse),
  dynamicPartitions: (row: Row, refuse: Refuse) => {
    checkFields(row, dynamicPartitions, refuse);
    checkDynamicKeys(row as unknown as DynamicPartitionsChange, refuse);
  },
  leases: (row: Row, refuse: Refuse) => checkFields(row, row["owner"] === undefined ? leaseEnd : lease, refuse),
} as const;

function checkEvent(row: Row, refuse: Refuse): void {
  const type = row["eventType"];
  const fields = typeof type === "string" && Object.hasOwn(eventFields, type) ? eventFields[type as EventType] : undefined;
  if (fields === undefined) {
    const given = typeof type === "string" ? JSON.stringify(type) : describe(type);
    refuse("eventType", `is ${given}; expected one of ${Object.keys(eventFields).join(", ")}`);
  }
  checkFields(row, fields, refuse);
  const { partitionKey, inputDataVersions, metadata } = row as unknown as NewEvent;
  if (partitionKey !== undefined) checkName("partitionKey", String(partitionKey), refuse);
  for (const input in inputDataVersions) {
    checkName("inputDataVersions", input, refuse);
    checkName(`inputDataVersions.${input}`, inputDataVersions[input] as string, refuse);
  }
  for (const field in metadata) checkMetadata(field, metadata[field], refuse);
}

function checkMetadata(field: string, value: unknown, refuse: Refuse): void {
  if (isMetadataValue(value) && value.kind !== "List") return;
  try {
    metadataFrom(metadataJson({ [field]: value as never }));
  } catch (error) {
    const reason = isEdgewaterError(error, "MetadataError") ? `: ${error.message}` : "";
    refuse(
      `metadata.${field}`,
      `is ${describe(value)}, not metadata; make it with MetadataValue or coerceMetadata${reason}`,
      "MetadataError",
    );
  }
}

/** Keys of partitions are parts of texts that the reserved characters separate. */
function checkDynamicKeys({ add, remove = [] }: DynamicPartitionsChange, refuse: Refuse): void {
  for (const key of remove) checkName("remove", key, refuse);
  if (add === undefined) return;
  if (add.length === 0) refuse("add", "is an empty list of keys", "PartitionError");
  for (const key of add) {
    if (key === "") refuse("add", "has an empty key", "PartitionError");
    if (/[|,]/.test(key) || nameProblem(key) !== undefined)
      refuse("add", `has the key ${JSON.stringify(key)}; a key must not contain "|", ",", NUL or a lone surrogate`, "PartitionError");
  }
}

/** An import brings ids along: then all events of the batch have one, and they grow. */
function checkIds(events: readonly NewEvent[], store: string): void {
  let last = 0;
  for (let index = 0; index < events.length; index++) {
    const id = events[index]?.id;
    if ((id === undefined) !== (events[0]?.id === undefined))
      refuseIn(store, "events", index)("id", "is given for some events and not for others; give every event of the batch an id, or none");
    if (id === undefined) continue;
    if (id <= last) refuseIn(store, "events", index)("id", `is ${id} and follows ${last}; ids must grow`);
    last = id;
  }
}
