import {
  aBoolean,
  aFunction,
  anObject,
  aPlainObject,
  arrayOf,
  aSignal,
  aString,
  either,
  type OptionKinds,
  objectOf,
  oneOf,
  required,
  stringRecord,
  wholeNumber,
} from "../../options.ts";
import type { RetryPolicy } from "../../retry.ts";
import type { ConditionInput } from "../expression/condition.ts";
import type { SchemaMode } from "../schema/evolve.ts";
import type { StructType } from "../schema/types.ts";
import type { TransactionId } from "../transaction/transact.ts";
import type { WriterProperties } from "./data-files.ts";
import type { TableProperties } from "./new-table.ts";
import type { CommitSettings } from "./operation.ts";
import type { WriteMode } from "./write.ts";

/** Options of every call that commits to a table. */
export interface CommitOptions extends CommitSettings {}

/** Options of {@link DeltaTable.create}. */
export interface CreateOptions extends TableProperties, CommitOptions {
  /** The columns. */
  readonly schema: StructType;
  /**
   * What to do if there is a table. `error`: fail with `AlreadyExists`; `ignore`: leave it as it is; `createOrReplace`: replace it, its rows and
   * its schema in one commit. Default: `error`.
   */
  readonly mode?: "error" | "ignore" | "createOrReplace" | undefined;
  /** Writes without conditions, to a store that does not check them. Two writers at a time would lose commits. */
  readonly unsafeSingleWriter?: boolean | undefined;
}

/** Options of a write to a table that is there. */
export interface WriteOptions extends CommitOptions {
  /** `append`: adds rows; `overwrite`: replaces all rows, or those of `replaceWhere`. Default: `append`. */
  readonly mode?: "append" | "overwrite" | undefined;
  /** How the write may change the schema. Default: not at all. */
  readonly schemaMode?: SchemaMode;
  /** With the mode `overwrite`: only rows for which it is true are replaced, and all new rows must meet it. */
  readonly replaceWhere?: Exclude<ConditionInput, { readonly on: unknown }> | undefined;
  /** The schema of the data. Default: that of the table; for columns that it lacks, and for a new table, it is inferred. */
  readonly schema?: StructType | undefined;
  /** The partition columns; must be those of the table, unless its schema is overwritten. */
  readonly partitionBy?: readonly string[] | undefined;
  /** How data files are written. */
  readonly writerProperties?: WriterProperties | undefined;
}

/** Options of a write to a table that may not be there. */
export interface WriteTableOptions extends Omit<WriteOptions, "mode">, TableProperties {
  /**
   * | mode | if there is a table |
   * |-|-|
   * | `append` | adds rows |
   * | `overwrite` | replaces all rows, or those of `replaceWhere` |
   * | `error` | fails with `AlreadyExists` |
   * | `ignore` | does nothing |
   * | `createOrReplace` | replaces rows, schema, partitioning and properties in one commit |
   *
   * Default: `error`.
   */
  readonly mode?: WriteMode | undefined;
  /** Writes without conditions, to a store that does not check them. Two writers at a time would lose commits. */
  readonly unsafeSingleWriter?: boolean | undefined;
}

const retryKinds: OptionKinds<RetryPolicy> = {
  maxRetries: wholeNumber(0),
  delayMs: { expected: "a number of milliseconds", accepts: (value) => typeof value === "number" },
  factor: { expected: "a number", accepts: (value) => typeof value === "number" },
  maxDelayMs: { expected: "a number of milliseconds", accepts: (value) => typeof value === "number" },
  maxElapsedMs: { expected: "a number of milliseconds", accepts: (value) => typeof value === "number" },
  jitter: oneOf("full", "none"),
  retryOn: aFunction,
};

export const commitKinds: OptionKinds<CommitOptions> = {
  txn: objectOf<TransactionId>({
    appId: required(aString),
    version: required({ expected: "a bigint", accepts: (value) => typeof value === "bigint" }),
    lastUpdated: wholeNumber(0),
    isRepeated: aFunction,
  }),
  commitMetadata: aPlainObject,
  retry: objectOf(retryKinds),
  signal: aSignal,
};

const propertyKinds: OptionKinds<TableProperties> = {
  partitionBy: arrayOf(aString),
  properties: stringRecord,
  name: aString,
  description: aString,
};

export const createKinds: OptionKinds<CreateOptions> = {
  ...commitKinds,
  ...propertyKinds,
  schema: required(anObject),
  mode: oneOf("error", "ignore", "createOrReplace"),
  unsafeSingleWriter: aBoolean,
};

export const writerKinds: OptionKinds<WriterProperties> = {
  compression: oneOf("snappy", "none"),
  maxRowGroupSize: wholeNumber(1),
  targetFileSize: wholeNumber(1),
};

export const writeKinds: OptionKinds<WriteOptions> = {
  ...commitKinds,
  mode: oneOf("append", "overwrite"),
  schemaMode: oneOf("merge", "overwrite"),
  replaceWhere: either(aString, aFunction),
  schema: anObject,
  partitionBy: arrayOf(aString),
  writerProperties: objectOf(writerKinds),
};

export const writeTableKinds: OptionKinds<WriteTableOptions> = {
  ...writeKinds,
  ...propertyKinds,
  mode: oneOf("append", "overwrite", "error", "ignore", "createOrReplace"),
  unsafeSingleWriter: aBoolean,
};
