import { EdgewaterError } from "../../errors.ts";
import type { AddFile, CdcFile, CheckpointAction, DeletionVector, Metadata, Protocol, RemoveFile, Txn } from "./actions.ts";
import { wrongField } from "./damage.ts";
import {
  type Fields,
  flagOf,
  longOf,
  mapOf,
  nullableMapOf,
  optionalLong,
  optionalText,
  optionalTexts,
  optionalWhole,
  structOf,
  textOf,
  wholeOf,
} from "./fields.ts";

/**
 * Reads one action, as a line of a commit or a row of a checkpoint has it: an object whose members are the kinds of actions, of which
 * one is not null. Returns undefined for kinds of later protocols.
 *
 * @throws {@link ActionProblem} for a value that would do harm; `NotSupported` for data that is not Parquet
 */
export function readAction(line: Fields): CheckpointAction | undefined {
  for (const kind in line) {
    const value = line[kind];
    const read = Object.hasOwn(readers, kind) ? readers[kind as keyof typeof readers] : undefined;
    if (read !== undefined && value !== null && value !== undefined) return read(structOf(kind, value));
  }
  return undefined;
}

const readers = {
  add: (fields: Fields): CheckpointAction => ({ add: addOf(fields) }),
  remove: (fields: Fields): CheckpointAction => ({ remove: removeOf(fields) }),
  txn: (fields: Fields): CheckpointAction => ({ txn: txnOf(fields) }),
  metaData: (fields: Fields): CheckpointAction => ({ metaData: metadataOf(fields) }),
  protocol: (fields: Fields): CheckpointAction => ({ protocol: protocolOf(fields) }),
  domainMetadata: (fields: Fields): CheckpointAction => ({
    domainMetadata: {
      domain: textOf("domainMetadata.domain", fields["domain"]),
      configuration: optionalText("domainMetadata.configuration", fields["configuration"]) ?? "",
      removed: flagOf("domainMetadata.removed", fields["removed"], false),
    },
  }),
  cdc: (fields: Fields): CheckpointAction => ({ cdc: cdcOf(fields) }),
  commitInfo: (fields: Fields): CheckpointAction => ({ commitInfo: fields }),
  sidecar: (fields: Fields): CheckpointAction => ({
    sidecar: { path: pathOf("sidecar", fields), sizeInBytes: wholeOf("sidecar.sizeInBytes", fields["sizeInBytes"], 0) },
  }),
  checkpointMetadata: (fields: Fields): CheckpointAction => ({
    checkpointMetadata: { version: wholeOf("checkpointMetadata.version", fields["version"], 0) },
  }),
};

function addOf(fields: Fields): AddFile {
  const add: { -readonly [Name in keyof AddFile]: AddFile[Name] } = {
    path: pathOf("add", fields),
    partitionValues: nullableMapOf("add.partitionValues", fields["partitionValues"]),
    size: wholeOf("add.size", fields["size"], 0),
    modificationTime: wholeOf("add.modificationTime", fields["modificationTime"] ?? 0),
    dataChange: flagOf("add.dataChange", fields["dataChange"], true),
  };
  const { stats } = fields;
  // Other writers write malformed statistics: without them, the file is read.
  if (typeof stats === "string" && stats !== "") add.stats = stats;
  if (isGiven(fields["tags"])) add.tags = tagsOf(fields["tags"]);
  if (isGiven(fields["deletionVector"])) add.deletionVector = deletionVectorOf("add.deletionVector", fields["deletionVector"]);
  if (isGiven(fields["baseRowId"])) add.baseRowId = longOf("add.baseRowId", fields["baseRowId"]);
  if (isGiven(fields["defaultRowCommitVersion"])) {
    add.defaultRowCommitVersion = longOf("add.defaultRowCommitVersion", fields["defaultRowCommitVersion"]);
  }
  const clusteringProvider = optionalText("add.clusteringProvider", fields["clusteringProvider"]);
  if (clusteringProvider !== undefined) add.clusteringProvider = clusteringProvider;
  return add;
}

function removeOf(fields: Fields): RemoveFile {
  const partitionValues = fields["partitionValues"];
  const deletionVector = fields["deletionVector"];
  return defined({
    path: pathOf("remove", fields),
    deletionTimestamp: optionalWhole("remove.deletionTimestamp", fields["deletionTimestamp"]),
    dataChange: flagOf("remove.dataChange", fields["dataChange"], true),
    extendedFileMetadata: isGiven(fields["extendedFileMetadata"])
      ? flagOf("remove.extendedFileMetadata", fields["extendedFileMetadata"], false)
      : undefined,
    partitionValues: isGiven(partitionValues) ? nullableMapOf("remove.partitionValues", partitionValues) : undefined,
    size: optionalWhole("remove.size", fields["size"], 0),
    deletionVector: isGiven(deletionVector) ? deletionVectorOf("remove.deletionVector", deletionVector) : undefined,
    baseRowId: optionalLong("remove.baseRowId", fields["baseRowId"]),
    defaultRowCommitVersion: optionalLong("remove.defaultRowCommitVersion", fields["defaultRowCommitVersion"]),
  });
}

function cdcOf(fields: Fields): CdcFile {
  return {
    path: pathOf("cdc", fields),
    partitionValues: nullableMapOf("cdc.partitionValues", fields["partitionValues"]),
    size: wholeOf("cdc.size", fields["size"], 0),
    dataChange: false,
  };
}

function txnOf(fields: Fields): Txn {
  return defined({
    appId: textOf("txn.appId", fields["appId"]),
    version: longOf("txn.version", fields["version"]),
    lastUpdated: optionalWhole("txn.lastUpdated", fields["lastUpdated"]),
  });
}

/** Early writers had no schema for a table without columns. */
const noColumns = '{"type":"struct","fields":[]}';

function metadataOf(fields: Fields): Metadata {
  const format = isGiven(fields["format"]) ? structOf("metaData.format", fields["format"]) : {};
  const provider = optionalText("metaData.format.provider", format["provider"]) ?? "parquet";
  if (provider.toLowerCase() !== "parquet") {
    throw new EdgewaterError("NotSupported", `Cannot read a table with files of the format ${JSON.stringify(provider)}; only "parquet" is`);
  }
  return defined({
    id: textOf("metaData.id", fields["id"]),
    name: optionalText("metaData.name", fields["name"]),
    description: optionalText("metaData.description", fields["description"]),
    format: { provider, options: mapOf("metaData.format.options", format["options"]) },
    schemaString: optionalText("metaData.schemaString", fields["schemaString"]) ?? noColumns,
    partitionColumns: optionalTexts("metaData.partitionColumns", fields["partitionColumns"]) ?? [],
    configuration: mapOf("metaData.configuration", fields["configuration"]),
    createdTime: optionalWhole("metaData.createdTime", fields["createdTime"]),
  });
}

function protocolOf(fields: Fields): Protocol {
  return defined({
    minReaderVersion: wholeOf("protocol.minReaderVersion", fields["minReaderVersion"], 0),
    minWriterVersion: wholeOf("protocol.minWriterVersion", fields["minWriterVersion"], 0),
    readerFeatures: optionalTexts("protocol.readerFeatures", fields["readerFeatures"]),
    writerFeatures: optionalTexts("protocol.writerFeatures", fields["writerFeatures"]),
  });
}

function deletionVectorOf(name: string, value: unknown): DeletionVector {
  const fields = structOf(name, value);
  const storageType = textOf(`${name}.storageType`, fields["storageType"]);
  if (storageType !== "u" && storageType !== "p" && storageType !== "i") throw wrongField(`${name}.storageType`, storageType, "u, p or i");
  return defined({
    storageType,
    pathOrInlineDv: textOf(`${name}.pathOrInlineDv`, fields["pathOrInlineDv"]),
    offset: optionalWhole(`${name}.offset`, fields["offset"], 0),
    sizeInBytes: wholeOf(`${name}.sizeInBytes`, fields["sizeInBytes"], 0),
    cardinality: wholeOf(`${name}.cardinality`, fields["cardinality"], 0),
  });
}

function pathOf(kind: string, fields: Fields): string {
  const path = textOf(`${kind}.path`, fields["path"]);
  if (path === "") throw wrongField(`${kind}.path`, undefined, "a path");
  return path;
}

/** Some writers have tags that are null. */
function tagsOf(value: unknown): Readonly<Record<string, string>> {
  const tags = nullableMapOf("add.tags", value);
  return Object.fromEntries(Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== null));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Leaves out what is undefined. */
function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
