/**
 * edgewater: persist and load data assets through IO handlers, with the same code and the same bytes in browsers, Node,
 * Deno, Bun and Cloudflare Workers.
 *
 * @module
 */

export type { StandardSchemaV1 } from "@standard-schema/spec";
export { asset } from "./asset/asset.ts";
export { type ExternalAssetOptions, externalAsset } from "./asset/external-asset.ts";
export { type InputOptions, input, selfInput } from "./asset/input.ts";
export { type MultiAssetOptions, multiAsset } from "./asset/multi-asset.ts";
export { Materialization, Observation, Output, type ResultOptions } from "./asset/result.ts";
export { task } from "./asset/task.ts";
export type {
  Asset,
  AssetContext,
  AssetExecutor,
  Definition,
  DefinitionOptions,
  ExternalAsset,
  Input,
  Inputs,
  MultiAsset,
  SelfInput,
  Source,
  Task,
  ValuesOf,
} from "./asset/types.ts";
export type { AutomationRequest } from "./automation/automation-request.ts";
export { condition } from "./automation/condition.ts";
export type { EvaluateOptions, Evaluation } from "./automation/evaluate.ts";
export type {
  AssetEvaluation,
  AssetSnapshot,
  AssetSnapshotDependency,
  Condition,
  ConditionContext,
  ConditionResult,
} from "./automation/types.ts";
export { EdgewaterError, type ErrorCode, type ErrorDetails, isEdgewaterError, type SettingsIssue, type WriteOutcome } from "./errors.ts";
export { BaseIOHandler, type ConfiguredIOHandler, type SettingsDeclaration, type SettingsOptions } from "./io-handler/base.ts";
export { type BytesForm, BytesIOHandler, type BytesIOHandlerOptions, type LoadedBytes, type WritableBytes } from "./io-handler/bytes.ts";
export {
  type ExpectedObject,
  InputContext,
  type InputContextOptions,
  type LoadedMaterialization,
  type LoadedObject,
  type Log,
  OutputContext,
  type OutputContextOptions,
  type RecordedObject,
  type WriteAnnouncement,
  type WrittenObject,
} from "./io-handler/contexts.ts";
export { contentVersion } from "./io-handler/data-version.ts";
export type { CallOptions, InspectOptions, PreviewLimits, StoredValue, ValueHistory, ValuePart } from "./io-handler/handler.ts";
export type { HistoryOptions } from "./io-handler/history.ts";
export { InMemoryIOHandler } from "./io-handler/in-memory.ts";
export type { ValueName } from "./io-handler/key-layout.ts";
export { SerializedIOHandler, type SerializedIOHandlerOptions } from "./io-handler/serialized.ts";
export { SuperJsonIOHandler, type SuperJsonIOHandlerOptions } from "./io-handler/superjson.ts";
export type { HintedType, TypeHint } from "./io-handler/type-hint.ts";
export { type Metadata, type MetadataInput, MetadataValue } from "./metadata/metadata-value.ts";
export { MemoryStore } from "./object-store/memory/store.ts";
export type * from "./object-store/types.ts";
export { dynamicPartitions } from "./partition/dynamic-partitions.ts";
export { PartitionMapping } from "./partition/mapping/partition-mapping.ts";
export { multiPartitions } from "./partition/multi-partitions.ts";
export { PartitionContext, type PartitionContextOptions } from "./partition/partition-context.ts";
export { PartitionKey } from "./partition/partition-key.ts";
export { PartitionMap, type PartitionMapOptions } from "./partition/partition-map.ts";
export type { PartitionLoadingContext, PartitionsDefinition, TimeWindow } from "./partition/partitions-definition.ts";
export { staticPartitions } from "./partition/static-partitions.ts";
export {
  dailyPartitions,
  hourlyPartitions,
  intervalPartitions,
  monthlyPartitions,
  weeklyPartitions,
} from "./partition/time-partitions.ts";
export type { Backfills } from "./repository/backfill/backfills.ts";
export type { Backfill, BackfillFailure, BackfillOptions, BackfillPlan, BackfillRun, PlannedRun } from "./repository/backfill/types.ts";
export type { VersionName } from "./repository/history/find-version.ts";
export type { PrunedVersions, PruneVersionsOptions } from "./repository/history/prune.ts";
export type { RollbackOptions } from "./repository/history/rollback.ts";
export type { WipeOptions } from "./repository/history/wipe.ts";
export type { PlannedStep, PlanOptions } from "./repository/plan.ts";
export { Repository } from "./repository/repository.ts";
export type { ResumeOptions } from "./repository/resume.ts";
export type { AssetStatus, StatusOptions } from "./repository/status.ts";
export type {
  CloseOptions,
  LoadOptions,
  LoadPartitionsOptions,
  MaterializeOptions,
  RepositoryOptions,
  RunStepOptions,
  WriteOptions,
} from "./repository/types.ts";
export type { AutomateOptions, AutomationRound, AutomationRun, WatchOptions } from "./repository/watch.ts";
export type { RetryPolicy } from "./retry.ts";
export type { Execution, Executor, Outcome, Outcomes, StepDecision } from "./run/executor.ts";
export { inProcess } from "./run/in-process.ts";
export type { Load, Plan, Selection, SelectionWord, Step } from "./run/plan.ts";
export type { StepOutcome, StepRequest } from "./run/protocol.ts";
export type { DecidedResult, FailedAsset, RunResult } from "./run/run.ts";
export type { OnProgress, ProgressEvent } from "./run/run-environment.ts";
export { type EnvironmentSource, type LookUp, runtimeEnvironment } from "./runtime/environment.ts";
export { type OriginStorage, originStorage, persist } from "./runtime/origin-storage.ts";
export type { DeclaredFields, GivenSettings } from "./settings/definition.ts";
export { type DotenvSource, dotenv } from "./settings/dotenv.ts";
export type { FieldKind } from "./settings/shape.ts";
export type { EnvironmentSources } from "./settings/sources.ts";
export type { BackfillCounts, BackfillRecord, BackfillStatus } from "./storage/backfill-record.ts";
export { Storage } from "./storage/storage.ts";
export type * from "./storage/types.ts";
