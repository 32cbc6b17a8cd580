import { fromBase64 } from "../../encoding/base64.ts";
import { thrownText } from "../../errors.ts";
import { aNumber, arrayOf, aString, type OptionKind, oneOf, required, stringRecord } from "../../options.ts";
import type { AnyEvent, EventType } from "../events.ts";
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

type Fields = Readonly<Record<string, OptionKind>>;

const strings = arrayOf(aString);
const anId: OptionKind = { expected: "a whole number above 0", accepts: (value) => Number.isSafeInteger(value) && Number(value) > 0 };
const text = required(aString);
const time = required(aNumber);
const texts = required(stringRecord);
const aRecord: OptionKind = { expected: "an object", accepts: isRecord };

const dependency: Fields = { assetKey: text, mapping: aString };
const eventTypes: readonly EventType[] = [
  "Materialization",
  "Observation",
  "StepStart",
  "StepSuccess",
  "StepFailure",
  "StepRetry",
  "StepSkipped",
  "Verification",
  "RunStart",
  "RunEnd",
];

/** The fields of each kind of row that must be right. Others are kept as they are. */
const kinds: Readonly<Record<Exclude<ImportRow["kind"], "end">, Fields>> = {
  asset: {
    assetKey: text,
    kind: required(oneOf("asset", "external", "task")),
    tags: texts,
    kinds: required(strings),
    group: aString,
    codeVersion: aString,
    dependencies: required({
      expected: "an array of inputs",
      accepts: (value) => Array.isArray(value) && value.every((each) => isRecord(each) && problemOf(each, dependency) === undefined),
    }),
  },
  dynamicPartition: { definition: text, key: text },
  kv: { key: text, value: text },
  run: {
    runId: text,
    status: text,
    nodeNames: required(strings),
    partitionKeys: strings,
    selection: aRecord,
    tags: texts,
    startTime: time,
    endTime: aNumber,
  },
  log: { runId: text, step: text, level: required(oneOf("debug", "info", "warn", "error")), message: text, timestamp: time },
  tick: { name: text, timestamp: time, status: required(oneOf("Fired", "Skipped", "Failed")) },
  event: {
    id: required(anId),
    eventType: required(oneOf(...eventTypes)),
    assetKey: aString,
    runId: text,
    timestamp: time,
    dataVersion: aString,
    codeVersion: aString,
    inputDataVersions: texts,
    metadata: required(aRecord),
  },
};

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
  if (!Object.hasOwn(kinds, kind)) throw new Error(`has the unknown kind ${JSON.stringify(kind)}`);
  const problem = isRecord(row) ? problemOf(row, kinds[kind as keyof typeof kinds]) : "is not an object";
  if (problem !== undefined) throw new Error(`has a damaged ${kind}: ${problem}`);
  try {
    return rowOf(kind as keyof typeof kinds, row as never);
  } catch (cause) {
    throw new Error(`has a damaged ${kind}: ${thrownText(cause)}`, { cause });
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
      return { kind, row: checkedEvent(eventFrom(row as EventJson)) };
    default:
      return { kind, row };
  }
}

function checkedEvent(event: AnyEvent): AnyEvent {
  const isOfRun = event.eventType === "RunStart" || event.eventType === "RunEnd";
  if (isOfRun === (event.assetKey !== undefined)) throw new Error(isOfRun ? `a ${event.eventType} has no asset` : "it has no asset");
  const isVersioned = event.eventType === "Materialization" || event.eventType === "Observation";
  if (isVersioned === (event.dataVersion !== undefined)) return event;
  throw new Error(isVersioned ? "it has no data version" : `a ${event.eventType} has no data version`);
}

function problemOf(record: Readonly<Record<string, unknown>>, fields: Fields): string | undefined {
  for (const [name, kind] of Object.entries(fields)) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (value === undefined ? kind.isRequired : !kind.accepts(value)) return `${name} must be ${kind.expected}`;
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
