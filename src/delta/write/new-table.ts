import type { Action } from "../log/actions.ts";
import { checkSchema } from "../schema/check.ts";
import { printSchema } from "../schema/schema-string.ts";
import type { StructType } from "../schema/types.ts";

/** What a new table has besides its schema. */
export interface TableProperties {
  /** The columns whose values say in which partition a row is. Default: none. */
  readonly partitionBy?: readonly string[] | undefined;
  /** Properties of the table, such as `delta.appendOnly`. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

/** The actions that make a table. */
export function newTable({ partitionBy = [], properties = {}, name, description }: TableProperties, schema: StructType): Action[] {
  checkSchema(schema, partitionBy);
  return [
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    {
      metaData: {
        id: crypto.randomUUID(),
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        format: { provider: "parquet", options: {} },
        schemaString: printSchema(schema),
        partitionColumns: partitionBy,
        configuration: properties,
        createdTime: Date.now(),
      },
    },
  ];
}
