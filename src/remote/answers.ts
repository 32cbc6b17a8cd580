import { fromBase64, toBase64 } from "../encoding/base64.ts";
import { aNumber, aString, oneOf, wholeNumber } from "../options.ts";
import { isPartitionKey, PartitionKey } from "../partition/partition-key.ts";
import { type DynamicPartition, type EventsQuery, partitionId, placeId } from "../storage/backend.ts";
import { asset, eventFields, type Fields, hasFields, log, mark, run, texts, tick } from "../storage/batch-fields.ts";
import type { AnyEvent } from "../storage/events.ts";
import { isPlain } from "../storage/json-value.ts";
import { definitionFrom, eventFrom, eventJson, runFrom } from "../storage/record-json.ts";
import type { LatestRecord, Lease } from "../storage/records.ts";
import type { Answers, Asks, Operation } from "./operations.ts";
import { pageSize } from "./protocol.ts";

type Row = Readonly<Record<string, unknown>>;

/** How the answer to an operation is written as JSON, and read again and compared with its question. */
interface Form<Name extends Operation> {
  readonly write: (answer: Answers[Name]) => unknown;
  /** Throws for JSON of another shape, and for an answer to another question. */
  readonly read: (json: unknown, ask: Asks[Name]) => Answers[Name];
}

/** An answer as plain JSON. */
export function answerJson<Name extends Operation>(operation: Name, answer: Answers[Name]): unknown {
  return forms[operation].write(answer);
}

/**
 * The answer that {@link answerJson} wrote.
 *
 * @throws an error whose message says what does not fit the question
 */
export function answerFrom<Name extends Operation>(operation: Name, json: unknown, ask: Asks[Name]): Answers[Name] {
  return forms[operation].read(json, ask);
}

const id = wholeNumber(1);
const must = <Kind extends object>(kind: Kind) => ({ ...kind, mustExist: "with a value" as const });

const latestFields: Fields<Omit<LatestRecord, "lastStored">> = {
  assetKey: must(aString),
  partitionKey: { expected: "a partition key", accepts: isPartitionKey },
  firstId: id,
  lastEventId: id,
  lastMaterializationId: id,
  lastFailureId: id,
  lastRunId: aString,
  lastTimestamp: aNumber,
  lastDataVersion: aString,
  lastMaterializationCodeVersion: aString,
  lastInputDataVersions: must(texts),
  lastFingerprint: aString,
  lastFound: oneOf("Stored", "Missing", "Replaced", "Unrecorded"),
};
const leaseFields: Fields<Lease> = {
  runId: must(aString),
  step: aString,
  owner: must(aString),
  attempt: must(id),
  beat: must(wholeNumber(0)),
  ttlMs: must(id),
  holder: aString,
  ageMs: must(aNumber),
};

function expectThat(fits: boolean, what: string): asserts fits {
  if (!fits) throw new TypeError(what);
}

function rowsOf(json: unknown): readonly Row[] {
  expectThat(Array.isArray(json) && json.every(isPlain), "something else than rows");
  return json;
}

/** Rows whose fields are of their kinds. */
function rowsWith<Of>(json: unknown, fields: Fields<Of>): readonly Of[] {
  const rows = rowsOf(json);
  expectThat(
    rows.every((row) => hasFields(row, fields)),
    "a row with a wrong field",
  );
  return rows as readonly Of[];
}

function eventOf(row: Row): AnyEvent {
  const event = eventFrom(row);
  const fits =
    Object.hasOwn(eventFields, event.eventType) && id.accepts(event.id) && hasFields(event as never, eventFields[event.eventType]);
  expectThat(fits, "an event with a wrong field");
  return event;
}

/** Events that match a query, in its order. */
function eventsOf(
  json: unknown,
  { assetKey, partitionId: place, runId, types, after = 0, before, newestFirst, limit = pageSize }: EventsQuery,
) {
  const events = rowsOf(json).map(eventOf);
  const isAsked = (event: AnyEvent): boolean =>
    (assetKey === undefined || event.assetKey === assetKey) &&
    (place === undefined || partitionId(event.partitionKey) === place) &&
    (runId === undefined || event.runId === runId) &&
    (types === undefined || types.includes(event.eventType)) &&
    event.id > after &&
    (before === undefined || event.id < before);
  expectThat(events.length <= limit && events.every(isAsked), "events that were not asked for");
  const isNext = (id: number, before: number): boolean => (newestFirst ? id < before : id > before);
  const inOrder = events.every((event, index) => index === 0 || isNext(event.id, events[index - 1]?.id ?? 0));
  expectThat(inOrder, "events in another order");
  return events;
}

const latestJson = ({ partitionKey, ...record }: LatestRecord): unknown => ({ ...record, partitionKey: partitionKey?.toJSON() });

/** Latest records of different assets and partitions, each of which was asked for. */
function latestRecords(json: unknown, isAsked: (assetKey: string, place: string) => boolean): readonly LatestRecord[] {
  const seen = new Set<string>();
  return rowsOf(json).map((row) => {
    const partitionKey = row["partitionKey"] === undefined ? undefined : PartitionKey.fromJSON(row["partitionKey"]);
    const record = { ...emptyFields, ...row, partitionKey } as LatestRecord;
    const { lastStored } = record;
    const fits =
      hasFields(record as never, latestFields) && (lastStored === undefined || (isPlain(lastStored) && hasFields(lastStored, mark)));
    expectThat(fits, "a latest record with a wrong field");
    const place = partitionId(partitionKey);
    const key = placeId(record.assetKey, place);
    expectThat(!seen.has(key) && isAsked(record.assetKey, place), "a latest record that was not asked for");
    seen.add(key);
    return record;
  });
}

/** The fields of a latest record that JSON leaves out when they are undefined. */
const emptyFields = Object.fromEntries(Object.keys({ ...latestFields, lastStored: undefined }).map((name) => [name, undefined]));

/** Rows that all match, and are not too many. */
function matching<Of>(rows: readonly Of[], isAsked: (row: Of) => boolean, limit = Number.POSITIVE_INFINITY): readonly Of[] {
  expectThat(rows.length <= limit && rows.every(isAsked), "rows that were not asked for");
  return rows;
}

const keyFields: Fields<{ readonly key: string; readonly value: string }> = { key: must(aString), value: must(aString) };
const bytesFrom = (value: unknown): Uint8Array => {
  expectThat(typeof value === "string", "a value that is not base64");
  return fromBase64(value);
};

const asIs = { write: (answer: unknown) => answer };
const events = { write: (answer: readonly AnyEvent[]) => answer.map(eventJson) };
const latest = { write: (answer: readonly LatestRecord[]) => answer.map(latestJson) };
/** A value that may be missing: null in JSON. */
const orNull = <Value>(value: Value | undefined): Value | null => value ?? null;

const forms: { readonly [Name in Operation]: Form<Name> } = {
  open: { write: () => null, read: () => undefined },
  commit: {
    write: (answer) => answer.map((event) => event.id),
    read: (json, { events: written = [] }) => {
      const fits =
        Array.isArray(json) &&
        json.length === written.length &&
        json.every((each, index) => id.accepts(each) && each > (json[index - 1] ?? 0));
      expectThat(fits, "other events than those of the commit");
      expectThat(
        written.every((event, index) => event.id === undefined || event.id === json[index]),
        "other ids than those of the commit",
      );
      return written.map((event, index) => ({ ...event, id: json[index] }) as AnyEvent);
    },
  },
  events: { ...events, read: eventsOf },
  nextEvents: { ...events, read: (json, { after }) => eventsOf(json, { after }) },
  materialization: {
    write: (answer) => orNull(answer && eventJson(answer)),
    read: (json, { assetKey, partitionId: place }) => {
      if (json === null) return undefined;
      expectThat(isPlain(json), "something else than an event");
      const event = eventOf(json);
      // The last materialization of an asset with partitions is that of one of them.
      const isAsked = event.assetKey === assetKey && (place === "" || partitionId(event.partitionKey) === place);
      expectThat(event.eventType === "Materialization" && isAsked, "an event that was not asked for");
      return event;
    },
  },
  latestOf: {
    ...latest,
    read: (json, { places }) => {
      const asked = new Set(places.map(({ assetKey, partition }) => placeId(assetKey, partitionId(partition))));
      return latestRecords(json, (assetKey, place) => asked.has(placeId(assetKey, place)));
    },
  },
  latest: {
    ...latest,
    read: (json, { assetKey, of }) =>
      latestRecords(json, (each, place) => (assetKey === undefined || each === assetKey) && (place === "") === (of === "assets")),
  },
  definitions: {
    ...asIs,
    read: (json, { assetKey }) =>
      matching(rowsWith(json, asset), (each) => assetKey === undefined || each.assetKey === assetKey).map(definitionFrom),
  },
  run: {
    write: orNull,
    read: (json, { runId }) =>
      json === null ? undefined : matching(rowsWith([json], run), (each) => each.runId === runId).map(runFrom)[0],
  },
  runs: {
    ...asIs,
    read: (json, { status, limit }) =>
      matching(rowsWith(json, run), (each) => status === undefined || each.status === status, limit).map(runFrom),
  },
  leases: {
    ...asIs,
    read: (json, { runId }) =>
      matching(rowsWith(json, leaseFields), (each) => runId === undefined || each.runId === runId).map((each) => ({
        ...each,
        step: each.step,
        holder: each.holder,
      })),
  },
  logs: { ...asIs, read: (json, { runId }) => matching(rowsWith(json, log), (each) => each.runId === runId) },
  ticks: {
    ...asIs,
    read: (json, { name, limit }) => matching(rowsWith(json, tick), (each) => name === undefined || each.name === name, limit),
  },
  kv: {
    write: (answer) => orNull(answer && toBase64(answer)),
    read: (json) => (json === null ? undefined : bytesFrom(json)),
  },
  kvList: {
    write: (answer) => answer.map(({ key, value }) => ({ key, value: toBase64(value) })),
    read: (json, { prefix }) => {
      const entries = rowsWith(json, keyFields).map(({ key, value }) => ({ key, value: bytesFrom(value) }));
      return matching(entries, ({ key }) => key.startsWith(prefix));
    },
  },
  dynamicPartitions: {
    ...asIs,
    read: (json, { definition }) =>
      matching(
        rowsWith<DynamicPartition>(json, { definition: must(aString), key: must(aString) }),
        (each) => definition === undefined || each.definition === definition,
      ),
  },
};
