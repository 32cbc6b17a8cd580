import type { DeltaType, StructField, StructType } from "../schema/types.ts";

/**
 * The columns of a checkpoint: one for each kind of action, of which one is not null in a row.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoint-schema
 */
const texts: DeltaType = { type: "array", elementType: "string", containsNull: true };
const mapOfTexts: DeltaType = { type: "map", keyType: "string", valueType: "string", valueContainsNull: true };

const deletionVector = struct({
  storageType: "string",
  pathOrInlineDv: "string",
  offset: "integer",
  sizeInBytes: "integer",
  cardinality: "long",
});

const add = {
  path: "string",
  partitionValues: mapOfTexts,
  size: "long",
  modificationTime: "long",
  dataChange: "boolean",
  stats: "string",
  tags: mapOfTexts,
  deletionVector,
  baseRowId: "long",
  defaultRowCommitVersion: "long",
  clusteringProvider: "string",
} satisfies Fields;

const remove = {
  path: "string",
  deletionTimestamp: "long",
  dataChange: "boolean",
  extendedFileMetadata: "boolean",
  partitionValues: mapOfTexts,
  size: "long",
  deletionVector,
  baseRowId: "long",
  defaultRowCommitVersion: "long",
} satisfies Fields;

/** What the log of every table has. */
const actions = {
  txn: struct({ appId: "string", version: "long", lastUpdated: "long" }),
  add: struct(add),
  remove: struct(remove),
  metaData: struct({
    id: "string",
    name: "string",
    description: "string",
    format: struct({ provider: "string", options: mapOfTexts }),
    schemaString: "string",
    partitionColumns: texts,
    configuration: mapOfTexts,
    createdTime: "long",
  }),
  protocol: struct({ minReaderVersion: "integer", minWriterVersion: "integer", readerFeatures: texts, writerFeatures: texts }),
  domainMetadata: struct({ domain: "string", configuration: "string", removed: "boolean" }),
} satisfies Fields;

/** The columns of a checkpoint that this library writes. */
export const checkpointSchema: StructType = struct(actions);

/** The columns that a checkpoint may have. */
const readable: StructType = struct({
  ...actions,
  sidecar: struct({ path: "string", sizeInBytes: "long" }),
  checkpointMetadata: struct({ version: "long" }),
});

/**
 * The columns to read of a checkpoint: those that it has. Statistics come as text, or in columns of their own where the table has no
 * text of them.
 */
export function columnsToRead(file: StructType): StructType {
  const hasText = fieldOf(fieldOf(file, "add")?.type, "stats") !== undefined;
  const parsed = hasText ? undefined : fieldOf(fieldOf(file, "add")?.type, "stats_parsed");
  const fields = readable.fields.filter(({ name }) => fieldOf(file, name) !== undefined);
  if (parsed === undefined) return { type: "struct", fields };
  return { type: "struct", fields: fields.map((field) => (field.name === "add" ? withField(field, parsed) : field)) };
}

/** The type of the statistics in columns, where they are read. */
export function parsedStatisticsOf(schema: StructType): DeltaType | undefined {
  return fieldOf(fieldOf(schema, "add")?.type, "stats_parsed")?.type;
}

type Fields = Readonly<Record<string, DeltaType>>;

function struct(fields: Fields): StructType {
  return { type: "struct", fields: Object.entries(fields).map(([name, type]) => ({ name, type, nullable: true, metadata: {} })) };
}

function fieldOf(type: DeltaType | undefined, name: string): StructField | undefined {
  return typeof type === "object" && type.type === "struct" ? type.fields.find((field) => field.name === name) : undefined;
}

function withField(field: StructField, added: StructField): StructField {
  return { ...field, type: { type: "struct", fields: [...(field.type as StructType).fields, added] } };
}
