/**
 * edgewater: persist and load data assets through IO handlers, with the same code and the same bytes in browsers, Node,
 * Deno, Bun and Cloudflare Workers.
 *
 * @module
 */
export { type Metadata, type MetadataInput, MetadataValue } from "./asset/metadata-value.ts";
export { asset } from "./definition/asset.ts";
export { task } from "./definition/task.ts";
export type { Asset, AssetContext, Definition, Inputs, Source, Task, ValuesOf } from "./definition/types.ts";
export { EdgewaterError, type ErrorCode, type ErrorDetails, isEdgewaterError } from "./errors.ts";
export { BaseIOHandler, type ConfiguredIOHandler } from "./io-handler/base.ts";
export { InMemoryIOHandler } from "./io-handler/in-memory.ts";
export { InputContext, type InputContextOptions, type LoadedMaterialization } from "./io-handler/input-context.ts";
export type { Log } from "./io-handler/log.ts";
export { OutputContext, type OutputContextOptions } from "./io-handler/output-context.ts";
export { SuperJsonIOHandler, type SuperJsonIOHandlerOptions } from "./io-handler/superjson.ts";
export { MemoryStore } from "./object-store/memory.ts";
export type * from "./object-store/types.ts";
export { type CallOptions, type MaterializeOptions, Repository, type RepositoryOptions } from "./repository/repository.ts";
export type { Execution, Executor, Outcome } from "./run/executor.ts";
export { inProcess } from "./run/in-process.ts";
export type { Plan, Selection, Step } from "./run/plan.ts";
export type { OnProgress, ProgressEvent } from "./run/progress.ts";
export type { RunResult } from "./run/run.ts";
export type { EnvironmentSource } from "./runtime/environment.ts";
export { Storage } from "./storage/storage.ts";
export type { Batch, EventsOptions, MaterializationEvent, NewEvent, RunRecord, RunStatus, RunsOptions } from "./storage/types.ts";
