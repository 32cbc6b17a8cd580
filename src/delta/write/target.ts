import type { Metadata } from "../log/actions.ts";
import { mappingOf } from "../log/properties.ts";
import type { ColumnMappingMode } from "../schema/column-mapping.ts";
import { parseSchema } from "../schema/schema-string.ts";
import type { StructType } from "../schema/types.ts";
import type { TableLocation } from "../store.ts";
import type { CommitStore } from "../transaction/create-commit.ts";

/** A table as data files are written to it: where it is, and the metadata that it has once they are committed. */
export interface WriteTarget {
  readonly table: TableLocation<CommitStore>;
  readonly metadata: Metadata;
  /** The schema of the metadata. Batches have its columns, in its order. */
  readonly schema: StructType;
  /** How data files, partition values and statistics name the columns. */
  readonly mapping: ColumnMappingMode;
}

/** The target that metadata describe. */
export function targetOf(table: TableLocation<CommitStore>, metadata: Metadata): WriteTarget {
  return { table, metadata, schema: parseSchema(metadata.schemaString), mapping: mappingOf(metadata) };
}
