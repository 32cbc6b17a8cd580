import { isEdgewaterError } from "../../errors.ts";
import type { PartitionLoadingContext } from "../../partition/partitions-definition.ts";
import { sleep } from "../../retry.ts";
import type { Execution, Executor, Outcome, Outcomes } from "../../run/executor.ts";
import type { Graph } from "../../run/graph.ts";
import type { OwnerOptions } from "../../run/owner.ts";
import { checkPlaces } from "../../run/places.ts";
import { loadedIds, outputIds, runSelection, type Step } from "../../run/plan.ts";
import { run } from "../../run/run.ts";
import type { RunEnvironment } from "../../run/run-environment.ts";
import { Semaphore } from "../../run/semaphore.ts";
import { type BackfillPart, backfillAttemptTag, backfillKey, backfillRunId, backfillTag } from "../../storage/backfill-record.ts";
import type { Precondition, RunRecord } from "../../storage/types.ts";
import { beginPlanned } from "../begin.ts";
import { takeOverRun } from "../resume.ts";
import { type PartPlan, planOfPart } from "./part-plan.ts";
import { describePart, hasEnded, outputsOf, readBackfill, type StoredBackfill } from "./report.ts";

/** What driving a backfill needs. */
export interface DriveEnvironment {
  readonly graph: Graph;
  readonly loadingContext: PartitionLoadingContext;
  readonly environment: Omit<RunEnvironment, "owner">;
  readonly ownerOptions: OwnerOptions;
  /** How many steps run at the same time. */
  readonly maxConcurrency: number;
  /** Cancels the backfill. When the signal of the environment is aborted for another reason, others may go on with it. */
  readonly canceling: AbortSignal | undefined;
}

/** How long to wait before a run that another process makes is looked at again, in milliseconds. */
const pollMs = 500;

/** How a run of a backfill went on in this process. */
type Progress = "ended" | "elsewhere" | "over";

/**
 * Makes the runs of a backfill until all have ended, or the backfill has: it was canceled, or a failure stops it. Several processes
 * may do so at the same time. A run has an id that follows from its number, so that one of them begins it, and one takes it over when
 * its process has gone; every begin requires that the record of the backfill is as it was.
 *
 * @returns whether the backfill is to be ended: nothing of it is left to make, or a failure has stopped it
 */
export async function drive(backfill: StoredBackfill, parts: readonly BackfillPart[], given: DriveEnvironment): Promise<boolean> {
  const { environment, maxConcurrency } = given;
  const state: DriveState = { backfill, parts, given, semaphore: new Semaphore(maxConcurrency), hasFailed: false };
  const waitingFor = parts.map(({ after }) => after.length);
  const dependents: number[][] = parts.map(() => []);
  for (const [index, { after }] of parts.entries()) for (const each of after) dependents[each]?.push(index);
  /** The runs that may begin, in their order; those before `next` have been looked at. */
  const open = parts.flatMap((_, index) => (waitingFor[index] === 0 ? [index] : []));
  let next = 0;
  const elsewhere: number[] = [];
  let pause: Promise<void> | undefined;
  let left = parts.length;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  const running = new Set<Promise<void>>();

  const settle = (index: number, progress: Progress): void => {
    if (progress === "over") isOver = true;
    else if (progress === "elsewhere") elsewhere.push(index);
    else {
      left--;
      for (const dependent of dependents[index] ?? []) {
        const before = (waitingFor[dependent] ?? 0) - 1;
        waitingFor[dependent] = before;
        if (before === 0) open.push(dependent);
      }
    }
  };
  const start = (index: number): void => {
    const made = makePart(index, state).then(
      (progress) => settle(index, progress),
      (error: unknown) => {
        failure ??= { error };
      },
    );
    running.add(made);
    made.finally(() => running.delete(made));
  };
  const isStopped = (): boolean => isOver || state.hasFailed || failure !== undefined || environment.signal.aborted;
  const lookAgainLater = async (): Promise<void> => {
    await sleep(pollMs, { signal: environment.signal }).catch(() => undefined);
    open.push(...elsewhere.splice(0));
    pause = undefined;
  };
  while (left > 0 && !isStopped()) {
    while (next < open.length && running.size < maxConcurrency && !isStopped()) start(open[next++] as number);
    if (elsewhere.length > 0) pause ??= lookAgainLater();
    await Promise.race([...running, ...(pause ? [pause] : [])]);
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure.error;
  return !isOver && !environment.signal.aborted;
}

interface DriveState {
  readonly backfill: StoredBackfill;
  readonly parts: readonly BackfillPart[];
  readonly given: DriveEnvironment;
  readonly semaphore: Semaphore;
  /** Whether something has failed, and the backfill stops then. */
  hasFailed: boolean;
}

/** Makes one run. What this process cannot end, because it is closed or its Storage fails, is left to others in the same attempt. */
async function makePart(index: number, state: DriveState): Promise<Progress> {
  const { environment, canceling } = state.given;
  try {
    const progress = await makeRun(index, state);
    if (environment.signal.aborted && !canceling?.aborted) await leaveToOthers(index, state);
    return progress;
  } catch (error) {
    await leaveToOthers(index, state).catch((lost: unknown) => environment.log.warn("Cannot leave a run of a backfill to others", lost));
    throw error;
  }
}

/** Takes the attempt from a run that has ended without success, so that it is resumed. */
async function leaveToOthers(index: number, { backfill, given }: DriveState): Promise<void> {
  const { storage } = given.environment;
  const { backfillId, attempt } = backfill.record;
  const run = await storage.getRun(backfillRunId(backfillId, index));
  if (run === undefined || !hasEnded(run) || run.status === "Success") return;
  try {
    await storage.commit({
      preconditions: [
        { run: run.runId, is: run.status },
        { lease: run.runId, owner: undefined },
      ],
      runs: [{ ...run, tags: { ...run.tags, [backfillAttemptTag]: String(attempt - 1) } }],
    });
  } catch (error) {
    // Somebody has resumed it already.
    if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
  }
}

/** Begins one run, or takes it over, and makes it. */
async function makeRun(index: number, state: DriveState): Promise<Progress> {
  const { backfill, parts, given } = state;
  const { graph, loadingContext, environment, ownerOptions } = given;
  const { backfillId, attempt, failurePolicy, skipUnchanged, tags } = backfill.record;
  const part = parts[index] as BackfillPart;
  const runId = backfillRunId(backfillId, index);
  const found = await environment.storage.getRun(runId);
  if (found !== undefined && isFinal(found, attempt)) {
    if (found.status !== "Success" && failurePolicy === "stop") state.hasFailed = true;
    return "ended";
  }
  const blocked = await unmadeBefore(part, state);
  const { plan, impossible } = planOfPart(graph, part, loadingContext);
  const preconditions: readonly Precondition[] = [{ kv: backfillKey(backfillId), is: backfill.bytes }];
  const own = { ...tags, [backfillTag]: backfillId, [backfillAttemptTag]: String(attempt) };
  const begin = async () => {
    if (found !== undefined) return takeOverRun(found, plan, { force: false, tags: own, preconditions }, graph, environment, ownerOptions);
    const partitionsOf = Object.fromEntries(part.outputs.flatMap(([name, keys]) => (keys === null ? [] : [[name, keys]])));
    const selection = runSelection({ selection: part.outputs.map(([name]) => name), partitionsOf }, skipUnchanged);
    await checkPlaces(plan, environment);
    const start = { runId, kind: "backfill", tags: own, selection, preconditions } as const;
    return { owner: await beginPlanned(plan, start, loadingContext, graph, environment, ownerOptions) };
  };
  let begun: Awaited<ReturnType<typeof begin>>;
  try {
    begun = await begin();
  } catch (error) {
    if (!isEdgewaterError(error, "PreconditionFailed", "InProgress")) throw error;
    return (await isAsItWas(state)) ? "elsewhere" : "over";
  }
  const { owner } = begun;
  const onFailure = (): void => {
    if (failurePolicy === "stop") state.hasFailed = true;
  };
  const [reason] = impossible.values();
  if (reason !== undefined)
    environment.log.warn(`Skipped ${impossible.size} of ${outputsOf(part).length} outputs of the run ${runId}: ${reason}`);
  const executor = partExecutor(environment.executor, state.semaphore, { blocked, impossible }, () => state.hasFailed, onFailure);
  const result = await run(
    plan,
    { ...environment, executor, skipUnchanged, owner, signal: owner.signal },
    "recorded" in begun ? begun : undefined,
  );
  if (owner.lost !== undefined) return (await isAsItWas(state)) ? "elsewhere" : "over";
  if (!result.success) onFailure();
  return "ended";
}

/** Whether a run counts as ended in an attempt of its backfill. What has not succeeded is made again in the next attempt. */
function isFinal(run: RunRecord, attempt: number): boolean {
  return run.status === "Success" || (hasEnded(run) && Number(run.tags[backfillAttemptTag]) >= attempt);
}

async function isAsItWas({ backfill, given }: DriveState): Promise<boolean> {
  const { record } = await readBackfill(given.environment.storage, backfill.record.backfillId);
  return record.status === "Started" && record.attempt === backfill.record.attempt;
}

/** The ids of what the runs before have not made. */
async function unmadeBefore({ after }: BackfillPart, { backfill, parts, given }: DriveState): Promise<ReadonlySet<string>> {
  const { graph, environment } = given;
  const unmade = new Set<string>();
  for (const index of after) {
    const runId = backfillRunId(backfill.record.backfillId, index);
    const described = await describePart(environment.storage, graph, runId, parts[index] as BackfillPart);
    for (const id of described.unmade) unmade.add(id);
  }
  return unmade;
}

/**
 * An executor for a run of a backfill. It skips what cannot be made any more and what loads something that the backfill has not
 * made, starts nothing any more once the backfill is stopped, and shares the limit of steps with the other runs.
 */
function partExecutor(
  inner: Executor,
  semaphore: Semaphore,
  { blocked, impossible }: { readonly blocked: ReadonlySet<string>; readonly impossible: PartPlan["impossible"] },
  isStopped: () => boolean,
  onFailure: () => void,
): Executor {
  const { name, reach, keepsRuns } = inner;
  return {
    name,
    ...(reach && { reach }),
    ...(keepsRuns && { keepsRuns }),
    ...(inner.runStep && { runStep: inner.runStep.bind(inner) }),
    execute: async (execution: Execution): Promise<Outcomes> => {
      const { plan, runStep, skipStep } = execution;
      const outcomes = new Map<string, Outcome>();
      const unmade = new Set(blocked);
      const rest: Step[] = [];
      for (const step of plan) {
        const ids = outputIds(step);
        const reason = reasonToSkip(step, ids, unmade, impossible);
        if (reason === undefined) rest.push(step);
        else {
          for (const outcome of skipStep(step, reason)) outcomes.set(...outcome);
          for (const id of ids) unmade.add(id);
        }
      }
      const limited = (step: Step): Promise<Outcomes> =>
        semaphore.run(async () => {
          if (isStopped()) return skipStep(step, "the backfill has stopped at a failure");
          const made = await runStep(step);
          if ([...made.values()].some(({ status }) => status === "failure")) onFailure();
          return made;
        });
      for (const outcome of await inner.execute({ ...execution, plan: rest, runStep: limited })) outcomes.set(...outcome);
      return outcomes;
    },
  };
}

/** Why a step is skipped; undefined when it is made. */
function reasonToSkip(
  step: Step,
  ids: readonly string[],
  unmade: ReadonlySet<string>,
  impossible: PartPlan["impossible"],
): string | undefined {
  const gone = ids.flatMap((id) => impossible.get(id) ?? [])[0];
  if (gone !== undefined) return gone;
  return [...loadedIds(step)].some((id) => unmade.has(id)) ? "the backfill has not made its inputs" : undefined;
}
