import type { ErrorCode } from "../errors.ts";
import { aBoolean, aName, anArray, anObject, arrayOf, aString, type OptionKind, oneOf, stringRecord, wholeNumber } from "../options.ts";
import { isPartitionKey } from "../partition/partition-key.ts";
import type { Batch, Deletes, DynamicPartitionsChange, LeaseChange, Precondition } from "./batch.ts";
import type {
  ErrorRecord,
  EventType,
  FailureRecord,
  QuotaRecord,
  RunEvent,
  StepEvent,
  StoredEvent,
  StoredMark,
  VerificationEvent,
} from "./events.ts";
import { isJson, isPlain } from "./json-value.ts";
import type { AssetDefinition, Dependency, KvEntry, LogRecord, RunRecord, RunSelection, TickRecord } from "./records.ts";

/** What a field of a row accepts. `undefined` always passes, unless the field must exist. */
export interface Field extends OptionKind {
  /** Whether the field must be there: with a value, or as undefined where leaving it out would mean something else. */
  readonly mustExist?: "with a value" | "or be undefined";
  /** Whether databases keep or look up the value as a name, or each text of an array or record. */
  readonly isName?: true;
  /** The code of the error; `SettingsError` unless given. */
  readonly code?: ErrorCode;
}

/** The fields of a row. The compiler compares their names with the type of the row. */
export type Fields<Of> = { readonly [Name in keyof Of]-?: Field };

const must = (field: Field): Field => ({ ...field, mustExist: "with a value" });
const mayBeUndefined = (field: Field): Field => ({ ...field, mustExist: "or be undefined" });
const named = (field: Field): Field => ({ ...field, isName: true });
/** A row within a row. */
const rowOf = <Of>(expected: string, fields: Fields<Of>): Field => ({
  expected,
  accepts: (value) => isPlain(value) && isJson(value) && hasFields(value, fields),
});
/** Whether an object has every field that must exist, and those that it has are of their kinds. */
export function hasFields<Of>(row: Readonly<Record<string, unknown>>, fields: Fields<Of>): boolean {
  return Object.entries<Field>(fields).every(([name, field]) => fits(row[name], field));
}
const fits = (value: unknown, field: Field): boolean => (value === undefined ? field.mustExist !== "with a value" : field.accepts(value));

const name = named(aName);
const version = named(aString);
const count = wholeNumber(1);
const strings = arrayOf(aString);
export const texts: Field = { ...stringRecord, accepts: (value) => isPlain(value) && stringRecord.accepts(value) };
const names = named(strings);
const tags = named(texts);
const list: Field = anArray;
export const json: Field = { expected: "a value that JSON keeps: no NaN, bigint, function, class or cycle", accepts: isJson };
const never: Field = { expected: "undefined for this type of event", accepts: () => false };
/** The value of a key. */
export const aBytes: OptionKind = {
  expected: "a Uint8Array",
  accepts: (value) => Object.prototype.toString.call(value) === "[object Uint8Array]",
};
const time: Field = {
  expected: "a number of milliseconds since 1970",
  accepts: (value) => typeof value === "number" && Math.abs(value) <= 8.64e15,
};
const wholeTime: Field = {
  expected: "a whole number of milliseconds since 1970",
  accepts: (value) => Number.isInteger(value) && time.accepts(value),
};
const partition: Field = { expected: "a PartitionKey, such as PartitionKey.parse(text)", accepts: isPartitionKey, code: "PartitionError" };
const storedStatus = oneOf("Started", "Success", "Failure", "Canceled");

export const lists: Fields<Batch> = {
  id: name,
  preconditions: list,
  runs: list,
  assets: list,
  events: list,
  logs: list,
  ticks: list,
  kv: list,
  dynamicPartitions: list,
  leases: list,
  deletes: anObject,
};

export const mark: Fields<StoredMark> = { writeId: must(aString), path: aString, etag: aString, digest: aString };
const quota: Fields<QuotaRecord> = { needed: must(wholeNumber(0)), free: wholeNumber(0), total: wholeNumber(0) };
const error: Fields<ErrorRecord> = {
  code: aString,
  name: must(aString),
  message: must(aString),
  asset: aString,
  partition: aString,
  field: aString,
  quota: rowOf("an object with the needed bytes", quota),
};
const failure: Fields<FailureRecord> = {
  ...error,
  causes: must(arrayOf(rowOf("an object with a name and a message", error))),
  frames: must(strings),
};

const ofEvents: Fields<Omit<StoredEvent, "eventType" | "assetKey" | "partitionKey" | "dataVersion" | "stored" | "fingerprint">> = {
  id: count,
  runId: must(name),
  timestamp: must(wholeTime),
  codeVersion: version,
  inputDataVersions: must(texts),
  inputEventIds: {
    expected: "an object whose values are ids of events",
    accepts: (value) => isPlain(value) && Object.values(value).every(count.accepts),
  },
  metadata: must({ expected: "an object of metadata values", accepts: isPlain, code: "MetadataError" }),
};
const ofAssets = { ...ofEvents, assetKey: must(name), partitionKey: partition };
const storedEvent: Fields<StoredEvent> = {
  ...ofAssets,
  eventType: must(oneOf("Materialization", "Observation")),
  dataVersion: must(version),
  stored: rowOf("an object with a writeId", mark),
  fingerprint: version,
};
const stepEvent: Fields<StepEvent> = {
  ...ofAssets,
  eventType: must(oneOf("StepStart", "StepSuccess", "StepFailure", "StepRetry", "StepSkipped")),
  dataVersion: never,
  failure: rowOf("an object with a name, a message, causes and frames", failure),
  reason: aString,
  unchanged: aBoolean,
};
const verificationEvent: Fields<VerificationEvent> = {
  ...ofAssets,
  eventType: must(oneOf("Verification")),
  dataVersion: never,
  found: must(oneOf("Stored", "Missing", "Replaced", "Unrecorded")),
  materializationId: must(count),
};
const runEventFields: Fields<RunEvent> = {
  ...ofEvents,
  eventType: must(oneOf("RunStart", "RunEnd")),
  assetKey: never,
  partitionKey: never,
  dataVersion: never,
  status: must(storedStatus),
  attempt: must(count),
};
export const eventFields: Readonly<Record<EventType, Readonly<Record<string, Field>>>> = {
  Materialization: storedEvent,
  Observation: storedEvent,
  StepStart: stepEvent,
  StepSuccess: stepEvent,
  StepFailure: stepEvent,
  StepRetry: stepEvent,
  StepSkipped: stepEvent,
  Verification: verificationEvent,
  RunStart: runEventFields,
  RunEnd: runEventFields,
};

const range: Fields<NonNullable<RunSelection["partitionRange"]>> = { from: must(aString), to: must(aString) };
const selection: Fields<RunSelection> = {
  selection: strings,
  includeUpstream: aBoolean,
  partitionKeys: strings,
  partitionRange: rowOf("an object with from and to", range),
  partitionsOf: {
    expected: "an object whose values are arrays of strings",
    accepts: (value) => isPlain(value) && Object.values(value).every(strings.accepts),
  },
  skipUnchanged: aBoolean,
};
export const run: Fields<RunRecord> = {
  runId: must(name),
  status: must(storedStatus),
  kind: oneOf("materialize", "write", "observe", "backfill"),
  attempt: count,
  nodeNames: must(strings),
  partitionKeys: strings,
  selection: rowOf("an object of names and keys", selection),
  tags: must(tags),
  startTime: must(time),
  endTime: time,
};
const dependency: Fields<Dependency> = { assetKey: must(aString), mapping: aString };
export const asset: Fields<AssetDefinition> = {
  assetKey: must(name),
  kind: must(oneOf("asset", "external", "task")),
  tags: must(tags),
  kinds: must(names),
  group: version,
  codeVersion: version,
  dependencies: must(arrayOf(rowOf("an object with an assetKey", dependency))),
  partitions: json,
};
export const log: Fields<LogRecord> = {
  runId: must(name),
  step: must(version),
  level: must(oneOf("debug", "info", "warn", "error")),
  message: must(aString),
  timestamp: must(time),
};
export const tick: Fields<TickRecord> = {
  name: must(name),
  timestamp: must(time),
  status: must(oneOf("Fired", "Skipped", "Failed")),
  detail: json,
};
export const kv: Fields<KvEntry> = { key: must(version), value: mayBeUndefined(aBytes) };
export const dynamicPartitions: Fields<DynamicPartitionsChange> = { definition: must(version), add: strings, remove: names };
export const lease: Fields<Extract<LeaseChange, { ttlMs: number }>> = {
  runId: must(name),
  step: name,
  owner: must(name),
  attempt: must(count),
  ttlMs: must(count),
  holder: version,
};
export const leaseEnd: Fields<Extract<LeaseChange, { owner: undefined }>> = { runId: must(name), step: name, owner: mayBeUndefined(name) };
export const deletes: Fields<Deletes> = { events: arrayOf(count), runs: strings, assets: strings };

const eitherPartition: Field = {
  expected: "a partition key",
  accepts: (value) => typeof value === "string" || isPartitionKey(value),
  code: "PartitionError",
};
type Of<Key extends string> = Extract<Precondition, Readonly<Record<Key, unknown>>>;
export const kvIs: Fields<Of<"kv">> = { kv: must(version), is: mayBeUndefined(aBytes) };
export const latestIs: Fields<Of<"latest">> = { latest: must(version), partition: eitherPartition, is: mayBeUndefined(count) };
export const runIs: Fields<Of<"run">> = { run: must(version), is: mayBeUndefined(storedStatus) };
export const leaseIs: Fields<Of<"lease">> = { lease: must(version), step: name, owner: mayBeUndefined(name), beat: wholeNumber(0) };
export const eventIs: Fields<Of<"event">> = { event: must(count) };
