import type { EvaluateOptions } from "../automation/evaluate.ts";
import { EdgewaterError } from "../errors.ts";
import { aLog } from "../io-handler/contexts.ts";
import {
  aBoolean,
  aDate,
  aDuration,
  aFunction,
  aName,
  anArray,
  anyValue,
  aSignal,
  checkOptions,
  either,
  type OptionKind,
  type OptionKinds,
  objectOf,
  oneOf,
  required,
  stringRecord,
  wholeNumber,
  withMethods,
} from "../options.ts";
import { isPartitionKey } from "../partition/partition-key.ts";
import type { Selection } from "../run/plan.ts";
import type { BackfillOptions } from "./backfill/types.ts";
import type { PruneVersionsOptions } from "./history/prune.ts";
import type { RollbackOptions } from "./history/rollback.ts";
import type { WipeOptions } from "./history/wipe.ts";
import type { PlanOptions } from "./plan.ts";
import type { ResumeOptions } from "./resume.ts";
import type { StatusOptions } from "./status.ts";
import type {
  CloseOptions,
  LoadOptions,
  LoadPartitionsOptions,
  MaterializeOptions,
  RepositoryOptions,
  RunStepOptions,
  WriteOptions,
} from "./types.ts";
import type { AutomateOptions, WatchOptions } from "./watch.ts";

/** The options of a repository and its methods. Options of any value have checks of their own. */
const aStorage: OptionKind = {
  expected: "a Storage, such as Storage.memory(), or a promise of one",
  accepts: (value) => isObject(value) && (typeof value["declareAssets"] === "function" || typeof value["then"] === "function"),
};
const aKey: OptionKind = { expected: "a partition key", accepts: (value) => typeof value === "string" || isPartitionKey(value) };
const keys: OptionKind = {
  expected: "an array of partition keys",
  accepts: (value) => Array.isArray(value) && value.every((key) => aKey.accepts(key)),
};
const someAssets: OptionKind = {
  expected: "an array of assets or their names",
  accepts: (value) =>
    Array.isArray(value) && value.every((each) => typeof each === "string" || (isObject(each) && typeof each["name"] === "string")),
};

/** The longest time is that of a timer. */
const anInterval: OptionKind = {
  expected: "a number of milliseconds above 0 and up to 2147483647",
  accepts: (value) => typeof value === "number" && value > 0 && value < 2 ** 31,
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

const aWord = oneOf("all", "missing", "stale", "failed");
const range = objectOf<NonNullable<Selection["partitionRange"]>>({ from: required(aKey), to: required(aKey) });

type Method =
  | "open"
  | "materialize"
  | "observe"
  | "load"
  | "write"
  | "rollback"
  | "prune"
  | "wipe"
  | "status"
  | "evaluate"
  | "automate"
  | "watch"
  | "plan"
  | "backfill"
  | "runStep"
  | "close";

const anExecutor = withMethods("an executor, such as inProcess()", "execute");

const repositoryKinds: OptionKinds<RepositoryOptions> = {
  name: aName,
  assets: required(anArray),
  tasks: anArray,
  ioHandler: anyValue,
  storage: aStorage,
  executor: anExecutor,
  retry: anyValue,
  leaseMs: wholeNumber(1),
  log: aLog,
};

const aRun = either(oneOf(true), { expected: "the id of a run", accepts: (value) => typeof value === "string" });

const selectionKinds: OptionKinds<Selection> = {
  selection: either(someAssets, aWord),
  includeUpstream: aBoolean,
  partitionKey: aKey,
  partitionKeys: either(keys, aWord),
  partitionRange: range,
};

const materializeKinds: OptionKinds<MaterializeOptions> = {
  ...selectionKinds,
  tags: stringRecord,
  raiseOnError: aBoolean,
  retry: anyValue,
  timeoutMs: aDuration,
  skipUnchanged: aBoolean,
  signal: aSignal,
  onProgress: aFunction,
  resume: either(aRun, objectOf<ResumeOptions>({ run: required(aRun), force: aBoolean })),
  runId: aName,
  leaseMs: wholeNumber(1),
  executor: anExecutor,
};

const planKinds: OptionKinds<PlanOptions> = { ...selectionKinds, skipUnchanged: aBoolean };

const { selection: _, includeUpstream: __, skipUnchanged: ___, ...observeKinds } = materializeKinds;

const backfillKinds: OptionKinds<BackfillOptions> = {
  ...selectionKinds,
  failurePolicy: oneOf("continue", "stop"),
  maxConcurrency: wholeNumber(1),
  partitionsPerRun: wholeNumber(1),
  dryRun: aBoolean,
  resume: either(oneOf(true), { expected: "the id of a backfill", accepts: (value) => typeof value === "string" }),
  tags: stringRecord,
  skipUnchanged: aBoolean,
  retry: anyValue,
  timeoutMs: aDuration,
  leaseMs: wholeNumber(1),
  signal: aSignal,
  onProgress: aFunction,
};

const aVersion: OptionKind = {
  expected: "a data version, the id of a run, the id of an event, or a valid Date",
  accepts: (value) => (typeof value === "string" && value !== "") || wholeNumber(1).accepts(value) || aDate.accepts(value),
};
const keysOrAll = either(keys, oneOf("all"));

const loadKinds: OptionKinds<LoadOptions & LoadPartitionsOptions> = {
  partitionKey: aKey,
  partitionKeys: keysOrAll,
  at: aVersion,
  missing: oneOf("throw", "skip"),
  signal: aSignal,
};

const writeKinds: OptionKinds<WriteOptions> = { partitionKey: aKey, ifLatest: wholeNumber(1), signal: aSignal };
const statusKinds: OptionKinds<StatusOptions> = { selection: someAssets, partitions: aBoolean, verify: aBoolean, signal: aSignal };
const evaluateKinds: OptionKinds<EvaluateOptions> = { now: aDate, dryRun: aBoolean, startWithinMs: wholeNumber(1), signal: aSignal };
const roundKinds = { startWithinMs: wholeNumber(1), observe: aBoolean, onProgress: aFunction, signal: aSignal };
const automateKinds: OptionKinds<AutomateOptions> = { now: aDate, ...roundKinds };
const watchKinds: OptionKinds<WatchOptions> = { intervalMs: anInterval, onRound: aFunction, ...roundKinds };

const rollbackKinds: OptionKinds<RollbackOptions> = { to: required(aVersion), partitionKey: aKey, signal: aSignal };
const wipeKinds: OptionKinds<WipeOptions> = { partitionKeys: keysOrAll, signal: aSignal };
const pruneKinds: OptionKinds<PruneVersionsOptions> = {
  before: aDate,
  keep: wholeNumber(1),
  selection: someAssets,
  dryRun: aBoolean,
  signal: aSignal,
};

const runStepKinds: OptionKinds<RunStepOptions> = {
  signal: aSignal,
  leaseMs: wholeNumber(1),
  takeOver: aBoolean,
  abandon: aSignal,
  onProgress: aFunction,
};

const closeKinds: OptionKinds<CloseOptions> = { timeoutMs: aDuration };

const kinds: Readonly<Record<Method, OptionKinds<object>>> = {
  open: repositoryKinds,
  materialize: materializeKinds,
  observe: observeKinds,
  load: loadKinds,
  write: writeKinds,
  rollback: rollbackKinds,
  prune: pruneKinds,
  wipe: wipeKinds,
  status: statusKinds,
  evaluate: evaluateKinds,
  automate: automateKinds,
  watch: watchKinds,
  plan: planKinds,
  backfill: backfillKinds,
  runStep: runStepKinds,
  close: closeKinds,
};

/**
 * Checks the options of `Repository.open`, or of a method of a repository.
 *
 * @throws `SettingsError` for an unknown option, a value of a wrong type, and a required option that is missing
 */
export function checkRepositoryOptions(method: Method, options: unknown): void {
  const owner = method === "open" ? "Repository.open" : `repository.${method}`;
  checkOptions(owner, options, kinds[method]);
  const { resume, runId } = options as MaterializeOptions;
  if (resume !== undefined && runId !== undefined)
    throw new EdgewaterError("SettingsError", `Cannot use runId together with resume in ${owner}; pass one of them`, { field: "runId" });
}
