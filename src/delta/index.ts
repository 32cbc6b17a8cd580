/**
 * Delta Lake tables: the IO handler that keeps assets in them, and the tables themselves.
 *
 * @module
 */
export type { ArrowOptions } from "./arrow/flechette.ts";
export type { Batch, ColumnValues } from "./batch.ts";
export type { ConditionInput, OnColumns } from "./expression/condition.ts";
export { DeltaIOHandler } from "./handler/handler.ts";
export { arrow, batches, columns, type LoadedAs, type LoadedColumns, rows, type TableForm, type TableHint } from "./handler/hints.ts";
export type {
  CommitProperties,
  DeltaIOHandlerOptions,
  DeltaMode,
  HandlerSettings,
  TableSettings,
  WritableStore,
} from "./handler/settings.ts";
export type { DeltaTypeHandler, LoadedTable, WrittenData } from "./handler/type-handler.ts";
export type { CommitInfo } from "./log/actions.ts";
export type { HistoryEntry } from "./log/history.ts";
export { type ColumnDeclarations, type RowOf, type TableSchema, tableSchema } from "./schema/declare.ts";
export type { SchemaMode } from "./schema/evolve.ts";
export type { Row } from "./schema/infer.ts";
export type { ArrayType, DecimalType, DeltaType, MapType, PrimitiveType, StructField, StructType } from "./schema/types.ts";
export type { ReadableStore, TableStore } from "./store.ts";
export { DeltaTable, type FilesOptions, type HistoryOptions, type OpenOptions, type ReadOptions, type TableFile } from "./table.ts";
export type { CommitStore } from "./transaction/create-commit.ts";
export type { PartitionExpression as PartitionExpr } from "./values/partition-predicate.ts";
export type { RowOptions } from "./values/to-rows.ts";
export type { Columns } from "./write/column-data.ts";
export type { TableData } from "./write/data.ts";
export type { WriterProperties } from "./write/data-files.ts";
export type { TableProperties } from "./write/new-table.ts";
export type { CommitOptions, CreateOptions, WriteOptions, WriteTableOptions } from "./write/options.ts";
export type { WriteMetrics, WriteMode, WriteResult } from "./write/write.ts";
