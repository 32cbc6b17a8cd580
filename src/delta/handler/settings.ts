import { EdgewaterError } from "../../errors.ts";
import type { Metadata, MetadataValue } from "../../metadata/metadata-value.ts";
import {
  aBoolean,
  aName,
  anObject,
  aPlainObject,
  arrayOf,
  aString,
  checkOptions,
  describe,
  either,
  nearest,
  type OptionKind,
  type OptionKinds,
  objectOf,
  oneOf,
  required,
  stringRecord,
  withMethods,
} from "../../options.ts";
import type { RetryPolicy } from "../../retry.ts";
import { type MergeConfig, mergeConfigKinds } from "../merge/options.ts";
import type { TableStore } from "../store.ts";
import type { CommitStore } from "../transaction/create-commit.ts";
import type { PartitionExpression } from "../values/partition-predicate.ts";
import type { WriterProperties } from "../write/data-files.ts";
import { writerKinds } from "../write/options.ts";
import type { TableForm } from "./hints.ts";
import type { DeltaTypeHandler } from "./type-handler.ts";

/**
 * What a write does to the rows of a table.
 *
 * | mode | |
 * |-|-|
 * | `overwrite` | replaces all rows; of an asset with partitions, those of the partition |
 * | `append` | adds rows |
 * | `error` | fails with `AlreadyExists` if there is a table |
 * | `ignore` | does nothing if there is a table |
 * | `createOrReplace` | replaces the table, with its schema and all partitions, in one commit |
 * | `merge` | merges rows as `mergeConfig` says; of an asset with partitions, into those of the partition |
 */
export type DeltaMode = "overwrite" | "append" | "error" | "ignore" | "createOrReplace" | "merge";

/** Metadata that every commit gets. */
export interface CommitProperties {
  /** Entries of the commit in the history of the table: names and values of JSON. */
  readonly customMetadata?: Readonly<Record<string, unknown>> | undefined;
}

/** The settings of a handler for its tables; metadata of an asset overrides them for its own table. */
export interface TableSettings {
  /** What a write does to the rows that are there. Default: `overwrite`. */
  readonly mode?: DeltaMode | undefined;
  /** How a write may change the schema of the table. Default: not at all. */
  readonly schemaMode?: "merge" | "overwrite" | undefined;
  /**
   * The column of the partitions of assets, or the column of each of their dimensions. A new table is partitioned by them. Required for
   * assets with partitions.
   */
  readonly partitionExpr?: PartitionExpression | undefined;
  /** How rows are merged. Required for the mode `merge`. */
  readonly mergeConfig?: MergeConfig | undefined;
  /** Properties of new tables, such as `delta.appendOnly`. */
  readonly tableConfig?: Readonly<Record<string, string>> | undefined;
  /** How data files are written. */
  readonly writerProperties?: WriterProperties | undefined;
  /** Metadata that every commit gets. */
  readonly commitProperties?: CommitProperties | undefined;
}

/** Options of {@link DeltaIOHandler}. */
export type DeltaIOHandlerOptions<Form extends TableForm = TableForm> = HandlerSettings<Form> & WritableStore;

/** A store that several writers can write to, or one of which the caller says that there is a single writer. */
export type WritableStore =
  | {
      /** The store of the tables: one that checks the conditions of writes. */
      readonly store: TableStore;
      readonly unsafeSingleWriter?: false | undefined;
    }
  | {
      /** The store of the tables. */
      readonly store: CommitStore;
      /** Writes without conditions, to a store that does not check them. Two writers of a table at a time would lose commits. */
      readonly unsafeSingleWriter: true;
    };

/** What a handler is told besides its store. */
export interface HandlerSettings<Form extends TableForm> extends TableSettings {
  /** The prefix of every table, such as `lake`. */
  readonly prefix?: string | undefined;
  /** The form in which tables are loaded that no type hint gives a form. Default: `rows`. */
  readonly as?: Form | undefined;
  /** The URL of the root of the store as other engines have it, such as `s3://bucket`: absolute paths below it are read from the store. */
  readonly url?: string | undefined;
  /** How values of other classes are written and loaded. */
  // biome-ignore lint/suspicious/noExplicitAny: each handles values of its own class
  readonly typeHandlers?: readonly DeltaTypeHandler<any>[] | undefined;
  /** Of conflicts with other writers, and of writes whose store is not available. Default: 15 retries, up to 5 s apart. */
  readonly retry?: RetryPolicy | undefined;
}

const modes = ["overwrite", "append", "error", "ignore", "createOrReplace", "merge"] as const;

const aPartitionExpr: OptionKind = either(aName, { ...stringRecord, expected: "a plain object from dimensions to columns" });

export const handlerKinds: OptionKinds<DeltaIOHandlerOptions> = {
  store: required(withMethods("an object store", "put", "get", "head", "list")),
  prefix: aString,
  as: oneOf("rows", "columns", "batches", "arrow"),
  mode: oneOf(...modes),
  schemaMode: oneOf("merge", "overwrite"),
  partitionExpr: aPartitionExpr,
  mergeConfig: objectOf(mergeConfigKinds),
  tableConfig: stringRecord,
  writerProperties: objectOf(writerKinds),
  commitProperties: objectOf<CommitProperties>({ customMetadata: aPlainObject }),
  url: aString,
  typeHandlers: arrayOf({
    expected: "an object with type, write and load",
    accepts: (value) =>
      withMethods("", "write", "load").accepts(value) && typeof (value as Readonly<Record<string, unknown>>)["type"] === "function",
  }),
  retry: anObject,
  unsafeSingleWriter: aBoolean,
};

/** What holds for one asset: the settings of its handler, and over them those of its metadata. */
export interface AssetSettings extends TableSettings {
  readonly mode: DeltaMode;
  /** The folder of the table below the prefix; undefined for the name of the asset. */
  readonly rootName: string | undefined;
  /** The columns to load; undefined for all. */
  readonly columns: readonly string[] | undefined;
  /** The version to load; undefined for the newest. */
  readonly version: number | undefined;
}

/** Metadata keys of assets and inputs, without their prefix. */
const keys = {
  mode: "mode",
  schema_mode: "schema_mode",
  partition_expr: "partition_expr",
  table_configuration: "table_configuration",
  writer_properties: "writer_properties",
  commit_properties: "commit_properties",
  merge_predicate: "merge_predicate",
  root_name: "root_name",
  columns: "columns",
  version: "version",
} as const;

/**
 * The settings of one asset.
 *
 * | metadata | value |
 * |-|-|
 * | `delta/mode`, `delta/schema_mode` | as the option |
 * | `delta/partition_expr` | a column, or JSON from dimensions to columns |
 * | `delta/table_configuration` | JSON of properties, merged over the option |
 * | `delta/writer_properties` | JSON, merged over the option |
 * | `delta/commit_properties` | JSON of `{ customMetadata }` |
 * | `delta/merge_predicate` | an expression in place of that of `mergeConfig` |
 * | `delta/root_name` | the folder of the table below the prefix |
 * | `delta/columns` | JSON or a list of the columns to load |
 * | `delta/version` | the version to load |
 *
 * @throws `MetadataError` that names the key
 */
export function settingsOf(options: TableSettings, metadata: Metadata, asset: string): AssetSettings {
  const given = new GivenMetadata(metadata, asset);
  const customMetadata = given.json(keys.commit_properties, objectOf({ customMetadata: aPlainObject, custom_metadata: aPlainObject }));
  const { customMetadata: custom, custom_metadata: other = custom } = (customMetadata ?? {}) as Readonly<
    Record<string, Record<string, unknown>>
  >;
  const properties = given.json(keys.table_configuration, stringRecord) as Readonly<Record<string, string>> | undefined;
  const mode = given.text(keys.mode);
  const predicate = given.text(keys.merge_predicate);
  return {
    mode: (given.checked(keys.mode, mode === "create_or_replace" ? "createOrReplace" : mode, oneOf(...modes)) ??
      options.mode ??
      "overwrite") as DeltaMode,
    schemaMode: (given.checked(keys.schema_mode, given.text(keys.schema_mode), oneOf("merge", "overwrite")) ??
      options.schemaMode) as AssetSettings["schemaMode"],
    partitionExpr: given.partitionExpr() ?? options.partitionExpr,
    mergeConfig: predicate === undefined || options.mergeConfig === undefined ? options.mergeConfig : { ...options.mergeConfig, predicate },
    tableConfig: { ...options.tableConfig, ...properties },
    writerProperties: { ...options.writerProperties, ...(given.json(keys.writer_properties, objectOf(writerKinds)) as WriterProperties) },
    commitProperties: { customMetadata: { ...options.commitProperties?.customMetadata, ...other } },
    rootName: given.text(keys.root_name),
    columns: given.list(keys.columns),
    version: given.whole(keys.version),
  };
}

/** The metadata of an asset that its table reads. */
class GivenMetadata {
  readonly #metadata: Metadata;
  readonly #asset: string;

  constructor(metadata: Metadata, asset: string) {
    this.#metadata = metadata;
    this.#asset = asset;
    const known = Object.keys(keys);
    for (const key of Object.keys(metadata)) {
      const name = key.startsWith("delta/") ? key.slice("delta/".length) : undefined;
      if (name === undefined || Object.hasOwn(keys, name)) continue;
      const near = nearest(name, known);
      throw this.#invalid(name, `it is unknown; ${near === undefined ? `known are ${known.join(", ")}` : `did you mean delta/${near}?`}`);
    }
  }

  text(key: string): string | undefined {
    const value = this.#of(key);
    if (value === undefined || value.kind === "Text" || value.kind === "Path" || value.kind === "Json") return value?.value;
    throw this.#invalid(key, `${describe(value.value)}; expected a text`);
  }

  json(key: string, kind: OptionKind): unknown {
    const text = this.text(key);
    return text === undefined ? undefined : this.checked(key, this.#parsed(key, text), kind);
  }

  list(key: string): readonly string[] | undefined {
    const value = this.#of(key);
    if (value?.kind !== "List") return this.json(key, arrayOf(aName)) as readonly string[] | undefined;
    return this.checked(
      key,
      value.value.map((each) => each.value),
      arrayOf(aName),
    ) as readonly string[];
  }

  whole(key: string): number | undefined {
    const value = this.#of(key);
    if (value === undefined) return undefined;
    const number = typeof value.value === "string" && /^\d+$/.test(value.value) ? Number(value.value) : value.value;
    if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
    throw this.#invalid(key, "expected a whole number, 0 or more");
  }

  /** The name of a column, or JSON from dimensions to columns. */
  partitionExpr(): PartitionExpression | undefined {
    const text = this.text(keys.partition_expr);
    if (text === undefined || !text.trimStart().startsWith("{")) return text;
    return this.checked(keys.partition_expr, this.#parsed(keys.partition_expr, text), aPartitionExpr) as PartitionExpression;
  }

  checked(key: string, value: unknown, { accepts, expected, fields }: OptionKind): unknown {
    const owner = `the metadata delta/${key} of ${JSON.stringify(this.#asset)}`;
    if (value !== undefined && fields !== undefined) checkOptions(owner, value, fields, "MetadataError", { asset: this.#asset });
    if (value === undefined || accepts(value)) return value;
    throw this.#invalid(key, `expected ${expected}`);
  }

  #of(key: string): MetadataValue | undefined {
    const name = `delta/${key}`;
    return Object.hasOwn(this.#metadata, name) ? this.#metadata[name] : undefined;
  }

  #parsed(key: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.#invalid(key, "expected JSON");
    }
  }

  #invalid(key: string, reason: string): EdgewaterError<"MetadataError"> {
    const message = `Invalid metadata ${JSON.stringify(`delta/${key}`)} of ${JSON.stringify(this.#asset)}: ${reason}`;
    return new EdgewaterError("MetadataError", message, { asset: this.#asset, field: `delta/${key}` });
  }
}
