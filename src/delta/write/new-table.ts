import { EdgewaterError } from "../../errors.ts";
import type { Action, Metadata, Protocol } from "../log/actions.ts";
import { checkWritable } from "../log/features.ts";
import { flagProperty, mappingOf } from "../log/properties.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { assignColumns, unassignColumns } from "../schema/assign-columns.ts";
import { checkSchema } from "../schema/check.ts";
import { printSchema } from "../schema/schema-string.ts";
import type { StructType } from "../schema/types.ts";
import { nameOf, type TableLocation } from "../store.ts";
import { checkProperties } from "./check-properties.ts";
import { featurePrefix, protocolFor } from "./table-protocol.ts";

/** What a new table has besides its schema. */
export interface TableProperties {
  /** The columns whose values say in which partition a row is. Default: none. */
  readonly partitionBy?: readonly string[] | undefined;
  /** Properties of a new table, such as `delta.appendOnly`; a table that is there keeps its own. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** The name of a new table for people. */
  readonly name?: string | undefined;
  /** The description of a new table for people. */
  readonly description?: string | undefined;
}

/** How the metadata of a table change with a commit. */
export interface TableChange {
  readonly metadata: Metadata;
  /** The actions of the change; empty if nothing changes. */
  readonly actions: readonly Action[];
}

const maxIdProperty = "delta.columnMapping.maxColumnId";

/**
 * The change that makes a table.
 *
 * @param replaced the table that it replaces: its id stays, and nothing of its protocol is taken away
 * @throws `SettingsError` for a schema or properties that are wrong; `NotSupported` for features that this library does not write
 */
export function newTable(
  table: TableLocation,
  { partitionBy = [], properties = {}, name, description }: TableProperties,
  schema: StructType,
  replaced?: Snapshot,
): TableChange {
  checkProperties(properties);
  const asked = Object.keys(properties).flatMap((key) => (key.startsWith(featurePrefix) ? [key.slice(featurePrefix.length)] : []));
  const configuration = Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith(featurePrefix)));
  const metadata: Metadata = {
    id: replaced?.metadata.id ?? crypto.randomUUID(),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    format: { provider: "parquet", options: {} },
    schemaString: "",
    partitionColumns: partitionBy,
    configuration,
    createdTime: Date.now(),
  };
  if (replaced !== undefined) checkTimestamps(table, replaced, metadata);
  return changeOf(table, { metadata, schema: unassignColumns(schema), asked, replaced });
}

/**
 * The change that gives a table another schema, and other partition columns where they are given.
 *
 * @throws as {@link newTable}
 */
export function newSchema(
  snapshot: Snapshot,
  schema: StructType,
  partitionBy: readonly string[] = snapshot.metadata.partitionColumns,
): TableChange {
  const metadata: Metadata = { ...snapshot.metadata, partitionColumns: partitionBy };
  return changeOf(snapshot.table, { metadata, schema, asked: [], replaced: snapshot });
}

interface Wanted {
  readonly metadata: Metadata;
  readonly schema: StructType;
  readonly asked: readonly string[];
  readonly replaced: Snapshot | undefined;
}

function changeOf(table: TableLocation, { metadata, schema, asked, replaced }: Wanted): TableChange {
  const mapping = mappingOf(metadata);
  checkSchema(schema, metadata.partitionColumns, mapping);
  // Ids are never given twice, also not to columns of a schema that was replaced.
  const before = Number(replaced?.metadata.configuration[maxIdProperty] ?? 0);
  const mapped = mapping === "none" ? undefined : assignColumns(schema, before);
  const changed: Metadata = {
    ...metadata,
    schemaString: printSchema(mapped?.schema ?? schema),
    configuration: mapped === undefined ? metadata.configuration : { ...metadata.configuration, [maxIdProperty]: String(mapped.maxId) },
  };
  const protocol = protocolFor(changed, schema, { asked, before: replaced?.protocol });
  checkWritable(protocol, changed, nameOf(table));
  return { metadata: changed, actions: [...protocolActions(protocol, replaced?.protocol), { metaData: changed }] };
}

function protocolActions(protocol: Protocol, before: Protocol | undefined): readonly Action[] {
  return protocol === before ? [] : [{ protocol }];
}

/** Versions before the commit that turns timestamps on would need a mark of it, which names the version: it is not known yet. */
function checkTimestamps(table: TableLocation, { metadata }: Snapshot, next: Metadata): void {
  const property = "delta.enableInCommitTimestamps";
  if (!flagProperty(next, property, false) || flagProperty(metadata, property, false)) return;
  const message = `Cannot turn on ${property} of ${nameOf(table)}, which has versions without it; create another table with it`;
  throw new EdgewaterError("NotSupported", message, { store: table.store.name, field: property });
}
