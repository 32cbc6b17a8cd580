import type { Metadata, Protocol } from "../log/actions.ts";
import { flagProperty, mappingOf } from "../log/properties.ts";
import type { DeltaType, StructType } from "../schema/types.ts";

/** The protocol version of writers from which on a feature is part of it, without being named. */
const sinceWriter: Readonly<Record<string, number>> = {
  appendOnly: 2,
  invariants: 2,
  checkConstraints: 3,
  changeDataFeed: 4,
  generatedColumns: 4,
  columnMapping: 5,
  identityColumns: 6,
};

/** Features that readers must know too. */
const ofReaders: ReadonlySet<string> = new Set([
  "columnMapping",
  "deletionVectors",
  "timestampNtz",
  "typeWidening",
  "v2Checkpoint",
  "vacuumProtocolCheck",
]);

/** What a property that asks for a feature by its name starts with; its value is `supported`. */
export const featurePrefix = "delta.feature.";

/**
 * The protocol of a table that needs what its metadata use: the older protocol where that is enough, as more engines have it.
 *
 * @param asked features that the caller asks for
 * @param before the protocol that the table has: nothing of it is taken away
 * @returns `before` itself if nothing is added
 */
export function protocolFor(
  metadata: Metadata,
  schema: StructType,
  { asked = [], before }: { readonly asked?: readonly string[]; readonly before?: Protocol | undefined } = {},
): Protocol {
  const features = new Set([...usedFeatures(metadata, schema), ...asked]);
  if (before !== undefined && [...features].every((name) => hasFeature(before, name))) return before;
  const writer = Math.max(2, before?.minWriterVersion ?? 0, ...[...features].map((name) => sinceWriter[name] ?? 7));
  if (writer < 7)
    return { minReaderVersion: Math.max(before?.minReaderVersion ?? 1, features.has("columnMapping") ? 2 : 1), minWriterVersion: writer };
  const all = [...new Set([...(before === undefined ? ["appendOnly", "invariants"] : namedFeatures(before)), ...features])].sort();
  const known = new Set(before?.readerFeatures);
  const readers = all.filter((name) => ofReaders.has(name) || known.has(name));
  if (readers.length === 0) return { minReaderVersion: before?.minReaderVersion ?? 1, minWriterVersion: 7, writerFeatures: all };
  return { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: readers, writerFeatures: all };
}

/** Whether a table may use a feature. */
function hasFeature({ minWriterVersion, writerFeatures = [] }: Protocol, name: string): boolean {
  return minWriterVersion < 7 ? minWriterVersion >= (sinceWriter[name] ?? 7) : writerFeatures.includes(name);
}

/** The features of a protocol, as a protocol with features names them. */
function namedFeatures({ minWriterVersion, writerFeatures = [], readerFeatures = [] }: Protocol): readonly string[] {
  if (minWriterVersion >= 7) return [...writerFeatures, ...readerFeatures];
  return Object.entries(sinceWriter).flatMap(([name, version]) => (version <= minWriterVersion ? [name] : []));
}

/** The features that the properties and the columns of a table use, besides those of its oldest protocol. */
function usedFeatures(metadata: Metadata, schema: StructType): readonly string[] {
  const { configuration } = metadata;
  const uses: Readonly<Record<string, boolean>> = {
    columnMapping: mappingOf(metadata) !== "none",
    deletionVectors: flagProperty(metadata, "delta.enableDeletionVectors", false),
    inCommitTimestamp: flagProperty(metadata, "delta.enableInCommitTimestamps", false),
    typeWidening: flagProperty(metadata, "delta.enableTypeWidening", false),
    v2Checkpoint: configuration["delta.checkpointPolicy"]?.toLowerCase() === "v2",
    checkConstraints: Object.keys(configuration).some((key) => key.toLowerCase().startsWith("delta.constraints.")),
    timestampNtz: hasType(schema, "timestamp_ntz"),
  };
  return Object.entries(uses).flatMap(([name, isUsed]) => (isUsed ? [name] : []));
}

function hasType(type: DeltaType, wanted: DeltaType): boolean {
  if (typeof type === "string") return type === wanted;
  switch (type.type) {
    case "decimal":
      return false;
    case "array":
      return hasType(type.elementType, wanted);
    case "map":
      return hasType(type.keyType, wanted) || hasType(type.valueType, wanted);
    case "struct":
      return type.fields.some((field) => hasType(field.type, wanted));
  }
}
