import { EdgewaterError } from "../errors.ts";
import { outputId } from "../run/plan.ts";
import type { AnyEvent, FailureRecord, RunRecord, StepEvent, Storage } from "../storage/types.ts";
import { criticalSteps } from "./critical-path.ts";
import type { FailurePlace, RunFailure, RunView, StepView } from "./inspection.ts";
import { remedyOf } from "./remedies.ts";
import { withLeases } from "./runs.ts";
import { type StepState, stepsOf } from "./steps.ts";
import type { Subject } from "./subject.ts";

/** How many runs are read at first, to find those beside one. */
const firstPage = 100;
/** How many runs are searched at most. */
const mostRuns = 100_000;

/** How far steps are, by their names. */
export type Progress = ReadonlyMap<string, { readonly done: number; readonly total: number }>;

/** A run: its steps, what failed and why, and the runs beside it. @throws `NotFound` for an unknown run */
export async function runView(subject: Subject, runId: string, progress: Progress): Promise<RunView> {
  const run = await runOf(subject.storage, runId);
  const [events, [row], beside] = await Promise.all([
    subject.storage.getEventsForRun(runId, { types: "all" }),
    withLeases([run], subject.storage),
    besideOf(subject.storage, runId),
  ]);
  const states = await stepsOf(subject, run, events);
  const critical = criticalSteps(states);
  const resume = resumeOf(run, states);
  return {
    ...(row as RunView),
    steps: states.map((state) => stepView(state, critical, progress)),
    failures: failuresOf(states, events),
    ...(resume && { resume }),
    ...beside,
  };
}

/** A run. @throws `NotFound` for an unknown one */
export async function runOf(storage: Storage, runId: string): Promise<RunRecord> {
  const run = await storage.getRun(runId);
  if (run !== undefined) return run;
  throw new EdgewaterError("NotFound", `Unknown run ${JSON.stringify(runId)}: ${storage.name} has none with this id`, {
    store: storage.name,
    key: runId,
  });
}

function stepView(state: StepState, critical: ReadonlySet<StepState>, progress: Progress): StepView {
  const { step, assets, status, attempts, after, note, outputs } = state;
  const far = status === "Running" ? progress.get(step) : undefined;
  return { step, assets, status, attempts, isCritical: critical.has(state), after, note, ...(far && { progress: far }), outputs };
}

/** What resuming a run would do; undefined for a run that is being made, has succeeded, or has written one value. */
function resumeOf({ status, kind }: RunRecord, states: readonly StepState[]): RunView["resume"] {
  if (status === "Started" || status === "Success" || kind === "write") return undefined;
  const keeps = states.filter((state) => state.status === "Success" || state.status === "Unchanged").length;
  return { makes: states.length - keeps, keeps };
}

function failuresOf(states: readonly StepState[], events: readonly AnyEvent[]): readonly RunFailure[] {
  const last = new Map<string, StepEvent>();
  for (const event of events) {
    if (event.eventType === "StepFailure") last.set(outputId(event.assetKey, event.partitionKey), event);
  }
  const makers = new Map(states.flatMap((state) => state.outputIds.map((id) => [id, state] as const)));
  const behind = dependentsOf(states);
  return [...last.values()].flatMap((event): readonly RunFailure[] => {
    const { assetKey, partitionKey, timestamp, failure, metadata, inputDataVersions } = event;
    const state = makers.get(outputId(assetKey, partitionKey));
    if (state?.status !== "Failure") return [];
    const told = metadata["error"];
    const recorded = failure ?? { name: "Error", message: told?.kind === "Text" ? told.value : "it has thrown", causes: [], frames: [] };
    const remedy = remedyOf(recorded.code);
    const place = failurePlace(recorded, state.assets);
    return [
      {
        step: state.step,
        asset: assetKey,
        ...(partitionKey !== undefined && { partition: String(partitionKey) }),
        at: timestamp,
        tries: Math.max(1, state.attempts.length),
        failure: recorded,
        ...(place && { place }),
        inputs: inputDataVersions,
        skipped: skippedBehind(state, behind),
        ...(remedy !== undefined && { remedy }),
      },
    ];
  });
}

/**
 * The stored value that a step has failed for, as far as its error or a cause of it names one: an input that a type hint refuses, that
 * is damaged or gone. What the step itself would have made is not stored.
 */
function failurePlace({ causes, ...error }: FailureRecord, makes: readonly string[]): FailurePlace | undefined {
  const named = [error, ...causes].find(({ asset }) => asset !== undefined && !makes.includes(asset));
  if (named?.asset === undefined) return undefined;
  const row = /^\$\[(\d{1,15})\]/.exec(named.field ?? "")?.[1];
  return {
    asset: named.asset,
    ...(named.partition !== undefined && { partition: named.partition }),
    ...(row !== undefined && { row: Number(row) }),
  };
}

/** The steps that wait for each step, by its name. */
function dependentsOf(states: readonly StepState[]): ReadonlyMap<string, readonly StepState[]> {
  const dependents = new Map<string, StepState[]>();
  for (const state of states) {
    for (const name of state.after) {
      const known = dependents.get(name) ?? [];
      dependents.set(name, known);
      known.push(state);
    }
  }
  return dependents;
}

function skippedBehind(failed: StepState, dependents: ReadonlyMap<string, readonly StepState[]>): readonly string[] {
  const skipped = new Set<string>();
  const queue = [failed];
  for (const state of queue) {
    for (const dependent of dependents.get(state.step) ?? []) {
      if (dependent.status !== "Skipped" || skipped.has(dependent.step)) continue;
      skipped.add(dependent.step);
      queue.push(dependent);
    }
  }
  return [...skipped];
}

/** The runs that began before and after a run. */
async function besideOf(storage: Storage, runId: string): Promise<Pick<RunView, "previous" | "next">> {
  for (let limit = firstPage; ; limit *= 10) {
    const runs = await storage.getRuns({ limit });
    const position = runs.findIndex((run) => run.runId === runId);
    const isLast = runs.length < limit || limit >= mostRuns;
    if (!isLast && (position < 0 || position === runs.length - 1)) continue;
    if (position < 0) return {};
    const [previous, next] = [runs[position + 1]?.runId, runs[position - 1]?.runId];
    return { ...(previous !== undefined && { previous }), ...(next !== undefined && { next }) };
  }
}
