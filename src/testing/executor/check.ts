import { thrownText } from "../../errors.ts";
import type { ObjectStore } from "../../object-store/types.ts";
import type { Repository } from "../../repository/repository.ts";
import type { MaterializeOptions } from "../../repository/types.ts";
import type { Execution, Executor, Outcomes } from "../../run/executor.ts";
import type { Step } from "../../run/plan.ts";
import type { RunResult } from "../../run/run.ts";
import type { AnyEvent, Storage, StoredEvent } from "../../storage/types.ts";
import { type Rejects, rejectsOr } from "../rejects.ts";
import { Hooks } from "./hooks.ts";
import { openExecutorSuite } from "./suite.ts";

/**
 * Where an executor runs steps. `here`: in the process that made the plan. `workers`: elsewhere, through `runStep` of the executor,
 * with the repository of the suite, whose workers can be ended. `engine`: an engine keeps the runs.
 */
export type ExecutorKind = "here" | "workers" | "engine";

/** An executor with the Storage and the store that its workers share. */
export interface ExecutorStage {
  /** The executor. */
  readonly executor: Executor;
  /** The Storage, opened in this process. */
  readonly storage: Storage;
  /** The store, opened in this process. */
  readonly store: ObjectStore;
  /** Makes a run to its end, however often its engine suspends it; `repository.materialize` unless given. */
  readonly materialize?: (repository: Repository, options: MaterializeOptions) => Promise<RunResult>;
}

/** One obligation of an executor, and its check. */
export interface ExecutorCase {
  /** The obligation, as the name of a test. */
  readonly name: string;
  /** For which executors it is. */
  readonly kinds: readonly ExecutorKind[];
  /** Checks an executor. Cases share a stage: each has its own assets. Rejects when the obligation is not met. */
  readonly run: (stage: ExecutorStage) => Promise<void>;
}

/** What a case works with. */
export interface Opened {
  readonly stage: ExecutorStage;
  readonly repository: Repository;
  readonly hooks: Hooks;
  /** Makes assets with the executor, and returns also failures. */
  readonly make: (selection: readonly string[], options?: MaterializeOptions) => Promise<RunResult>;
}

/** Opens the repository of a stage, with something else in place of its Storage or its store. */
export function openStage({ storage, store, executor }: ExecutorStage, other: Partial<ExecutorStage> = {}): Promise<Repository> {
  return openExecutorSuite({ storage, store, executor, ...other });
}

/** A case that works with an open repository. */
export function executorCase(name: string, kinds: readonly ExecutorKind[], check: (opened: Opened) => Promise<void>): ExecutorCase {
  return {
    name,
    kinds,
    run: async (stage) => {
      await using repository = await openStage(stage);
      const materialize = stage.materialize ?? ((from, options) => from.materialize(options));
      const make: Opened["make"] = (selection, options = {}) => materialize(repository, { selection, raiseOnError: false, ...options });
      await check({ stage, repository, hooks: new Hooks(stage.storage), make });
    },
  };
}

/** An executor whose steps run as a function says, which can deliver them itself, and again. */
export function delivering(
  executor: Executor,
  deliver: (step: Step, execution: Execution, run: NonNullable<Executor["runStep"]>) => Promise<Outcomes>,
): Executor {
  const { runStep } = executor;
  if (runStep === undefined) throw broken(`${executor.name} has no runStep`);
  return { ...executor, runStep: (step, execution) => deliver(step, execution, runStep) };
}

/** What a value shows, in any order of keys. */
export function canonical(value: unknown): string {
  const sorted = (_: string, each: unknown): unknown =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
      : each;
  return JSON.stringify(value, sorted) ?? "undefined";
}

/** Compares by content. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [canonical(actual), canonical(expected)];
  if (one !== other) throw broken(`${what}: expected ${other.slice(0, 1000)}, got ${one.slice(0, 1000)}`);
}

/** Checks that a call fails with a code, and returns the error. */
export const rejects: Rejects = /* @__PURE__ */ rejectsOr(broken);

/** The run succeeded. */
export function succeeded(result: RunResult): void {
  const [first] = result.failedAssets;
  if (!result.success) throw broken(`the run failed: ${first?.name}: ${thrownText(first?.error)}`, first?.error);
}

/** Every event of a run. */
export function eventsOf(storage: Storage, runId: string): Promise<readonly AnyEvent[]> {
  return storage.getEventsForRun(runId, { types: "all" });
}

/** The materializations of an asset by a run. */
export async function madeBy(storage: Storage, asset: string, runId: string): Promise<readonly StoredEvent[]> {
  return storage.getEventsForAsset(asset, { runId });
}

/** The error of a broken obligation. */
export function broken(message: string, cause?: unknown): Error {
  return new Error(`The executor does not meet an obligation: ${message}`, { cause });
}
