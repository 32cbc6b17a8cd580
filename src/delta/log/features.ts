import { EdgewaterError } from "../../errors.ts";
import type { Metadata, Protocol } from "./actions.ts";
import { flagProperty } from "./properties.ts";

/**
 * Whether this library reads and writes tables with a feature. `inactive`: it writes those that do not use it; `suspended`: those that say
 * that it is suspended.
 */
interface Support {
  readonly reads: boolean;
  readonly writes: boolean | "inactive" | "suspended";
}

/**
 * What is known of the features of the protocol. A feature that only writers must know has no effect on reading.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#valid-feature-names-in-table-features
 */
const features: Readonly<Record<string, Support>> = {
  appendOnly: { reads: true, writes: true },
  invariants: { reads: true, writes: true },
  checkConstraints: { reads: true, writes: true },
  timestampNtz: { reads: true, writes: true },
  v2Checkpoint: { reads: true, writes: true },
  vacuumProtocolCheck: { reads: true, writes: true },
  domainMetadata: { reads: true, writes: true },
  deletionVectors: { reads: true, writes: true },
  inCommitTimestamp: { reads: true, writes: true },
  columnMapping: { reads: true, writes: true },
  // No write changes the type of a column.
  typeWidening: { reads: true, writes: true },
  "typeWidening-preview": { reads: true, writes: true },
  changeDataFeed: { reads: true, writes: "inactive" },
  generatedColumns: { reads: true, writes: "inactive" },
  allowColumnDefaults: { reads: true, writes: "inactive" },
  identityColumns: { reads: true, writes: "inactive" },
  // Also where the ids of rows are not enabled, every added file needs some.
  rowTracking: { reads: true, writes: "suspended" },
  icebergCompatV1: { reads: true, writes: "inactive" },
  icebergCompatV2: { reads: true, writes: "inactive" },
};

const newestReader = 3;
const newestWriter = 7;

/**
 * Checks that this library can read a table.
 *
 * @throws `NotSupported` that names the version or the features
 */
export function checkReadable({ minReaderVersion, readerFeatures = [] }: Protocol, table: string): void {
  if (minReaderVersion > newestReader) throw tooNew("read", table, "reader", minReaderVersion, newestReader);
  const missing = minReaderVersion < newestReader ? [] : readerFeatures.filter((name) => !knows(name)?.reads);
  if (missing.length > 0) throw unsupported("read", table, missing);
}

/**
 * Checks that this library can write a table: also what older protocols demand without naming it, where the table uses it.
 *
 * @throws `NotSupported` that names the version or the features
 */
export function checkWritable(protocol: Protocol, metadata: Metadata, table: string): void {
  checkReadable(protocol, table);
  const { minWriterVersion, writerFeatures = [] } = protocol;
  if (minWriterVersion > newestWriter) throw tooNew("write", table, "writer", minWriterVersion, newestWriter);
  const active = activeFeatures(metadata);
  const named = minWriterVersion < newestWriter ? [] : writerFeatures;
  const missing = [...new Set([...named, ...active])].filter((name) => {
    const writes = knows(name)?.writes ?? false;
    if (writes === "suspended") return active.includes(name) || !flagProperty(metadata, "delta.rowTrackingSuspended", false);
    return writes === "inactive" ? active.includes(name) : !writes;
  });
  if (missing.length > 0) throw unsupported("write", table, missing);
}

/** The properties that turn a feature on when they are `true`. */
const switches: Readonly<Record<string, string>> = {
  "delta.enableChangeDataFeed": "changeDataFeed",
  "delta.enableRowTracking": "rowTracking",
  "delta.enableIcebergCompatV1": "icebergCompatV1",
  "delta.enableIcebergCompatV2": "icebergCompatV2",
};

/** The metadata of columns that use a feature. */
const columnMarks: Readonly<Record<string, string>> = {
  "delta.generationExpression": "generatedColumns",
  "delta.identity.start": "identityColumns",
  CURRENT_DEFAULT: "allowColumnDefaults",
};

/** The features that a table uses, as far as its properties and columns say. */
function activeFeatures({ configuration, schemaString }: Metadata): readonly string[] {
  return [
    ...Object.entries(switches).flatMap(([property, name]) => (configuration[property]?.toLowerCase() === "true" ? [name] : [])),
    ...Object.entries(columnMarks).flatMap(([mark, name]) => (schemaString.includes(JSON.stringify(mark)) ? [name] : [])),
  ];
}

function knows(name: string): Support | undefined {
  return Object.hasOwn(features, name) ? features[name] : undefined;
}

function tooNew(action: string, table: string, role: string, version: number, newest: number): EdgewaterError<"NotSupported"> {
  const message = `Cannot ${action} ${table}: it needs ${role} version ${version} of the Delta protocol; this library has ${newest}`;
  return new EdgewaterError("NotSupported", `${message}; use a newer version of it`);
}

function unsupported(action: string, table: string, names: readonly string[]): EdgewaterError<"NotSupported"> {
  const listed = names.map((name) => JSON.stringify(name)).join(", ");
  const what = names.length === 1 ? "the feature" : "the features";
  return new EdgewaterError("NotSupported", `Cannot ${action} ${table}: this library does not support ${what} ${listed} of the table`);
}
