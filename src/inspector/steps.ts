/** The steps of a run, from its plan and its events. */

import { whenAborted } from "../run/execute.ts";
import { outputId, outputIds, planOf, type Step, stepId } from "../run/plan.ts";
import type { AnyEvent, ErrorRecord, RunRecord } from "../storage/types.ts";
import type { StepView } from "./inspection.ts";
import { counted, firstLine } from "./sentences.ts";
import type { Subject } from "./subject.ts";
import { sizeOf } from "./views.ts";

/** How many steps before it a step names at most. */
const mostBefore = 100;

/** A step while its events are read. */
export interface StepState {
  readonly step: string;
  readonly assets: readonly string[];
  /** The ids of the outputs that it makes, as far as the plan is known. */
  readonly outputIds: readonly string[];
  /** The steps that it waits for. */
  readonly after: readonly string[];
  status: StepView["status"];
  readonly attempts: { from: number; to?: number; error?: ErrorRecord }[];
  note: string;
  readonly outputs: StepView["outputs"][number][];
  /** What was recorded of it last. */
  last: AnyEvent | undefined;
}

/** The steps of a run in the order of its plan, with those after them that only its events tell. */
export async function stepsOf(subject: Subject, run: RunRecord, events: readonly AnyEvent[]): Promise<readonly StepState[]> {
  const states = new Map<string, StepState>();
  /** The steps by the ids of their outputs. */
  const makers = new Map<string, StepState>();
  const plan = await planOfRun(subject, run);
  const labels = new Map(plan.flatMap((step) => outputIds(step).map((id) => [id, step.label] as const)));
  for (const step of plan) add(stepId(step), stateOf(step, labels));
  for (const event of events) {
    if (event.assetKey === undefined) {
      if (event.eventType === "RunStart") for (const state of states.values()) interrupt(state);
      continue;
    }
    apply(stepOf(event), event);
  }
  const hasEnded = run.status !== "Started";
  for (const state of states.values()) {
    if (hasEnded && state.status === "Running") {
      state.status = "Canceled";
      state.note = "its process ended before it";
    } else if (run.status !== "Started" && run.status !== "Interrupted" && state.status === "Waiting") {
      state.status = run.status === "Canceled" ? "Canceled" : "Skipped";
      state.note = "it was not started";
    }
  }
  return [...states.values()];

  function add(id: string, state: StepState): StepState {
    states.set(id, state);
    for (const each of state.outputIds) makers.set(each, state);
    return state;
  }

  /** The step of an event. Materializations and failures have the name of an output, other events that of the function. */
  function stepOf({ eventType, assetKey = "", partitionKey }: AnyEvent): StepState {
    const id = outputId(assetKey, partitionKey);
    const isOfOutput = eventType === "Materialization" || eventType === "Observation" || eventType === "StepFailure";
    const known = (isOfOutput ? makers.get(id) : undefined) ?? states.get(id) ?? makers.get(id);
    if (known !== undefined) return known;
    const computation = subject.graph.nodes.get(assetKey)?.computation;
    const own = outputId(computation?.name ?? assetKey, partitionKey);
    const assets = computation?.outputs.map(({ name }) => name) ?? [assetKey];
    const step = partitionKey === undefined ? (computation?.name ?? assetKey) : `${computation?.name ?? assetKey}[${partitionKey}]`;
    return states.get(own) ?? add(own, { ...emptyState(step, assets), outputIds: assets.map((name) => outputId(name, partitionKey)) });
  }
}

/** The plan that a run was started with; empty when the repository has other assets now. */
async function planOfRun({ graph, context }: Subject, { selection, startTime, kind, nodeNames }: RunRecord): Promise<readonly Step[]> {
  if (kind === "write" || (selection === undefined && nodeNames.some((name) => !graph.nodes.has(name)))) return [];
  try {
    return planOf(graph, selection ?? { selection: nodeNames }, await context.loadingContext(new Date(startTime)));
  } catch {
    return [];
  }
}

function emptyState(step: string, assets: readonly string[]): StepState {
  return { step, assets, outputIds: [], after: [], status: "Waiting", attempts: [], note: "", outputs: [], last: undefined };
}

function stateOf(step: Step, labels: ReadonlyMap<string, string>): StepState {
  const after = new Set<string>();
  for (const id of step.after) {
    const label = labels.get(id);
    if (label !== undefined && label !== step.label) after.add(label);
    if (after.size === mostBefore) break;
  }
  return {
    ...emptyState(
      step.label,
      step.outputs.map(({ name }) => name),
    ),
    outputIds: outputIds(step),
    after: [...after],
  };
}

/** Another process goes on with the run: what was running has been abandoned. */
function interrupt(state: StepState): void {
  if (state.status === "Running") state.status = "Waiting";
}

function apply(state: StepState, event: AnyEvent): void {
  const { eventType, timestamp } = event;
  const attempt = state.attempts.at(-1);
  state.last = event;
  switch (eventType) {
    case "StepStart":
      state.status = "Running";
      state.attempts.push({ from: timestamp });
      return;
    case "StepRetry":
      end(attempt, timestamp, event.failure);
      state.attempts.push({ from: timestamp });
      return;
    case "Materialization":
    case "Observation":
      state.outputs.push({
        asset: event.assetKey,
        ...(event.partitionKey !== undefined && { partition: String(event.partitionKey) }),
        dataVersion: event.dataVersion,
        eventId: event.id,
      });
      if (attempt === undefined) state.attempts.push({ from: timestamp, to: timestamp });
      else attempt.to = timestamp;
      if (state.outputs.length >= state.outputIds.length) state.status = "Success";
      state.note = noteOf(state, event.metadata);
      return;
    case "StepSuccess":
      end(attempt, timestamp);
      state.status = "Success";
      return;
    case "StepFailure":
      if (state.status !== "Failure") end(attempt, timestamp, event.failure);
      state.status = "Failure";
      state.note = firstLine(event.failure?.message ?? "failed");
      return;
    case "StepSkipped":
      state.status = event.unchanged ? "Unchanged" : event.reason === whenAborted ? "Canceled" : "Skipped";
      state.note = event.reason ?? "";
      return;
    default:
      return;
  }
}

function end(attempt: StepState["attempts"][number] | undefined, timestamp: number, error?: ErrorRecord): void {
  if (attempt === undefined) return;
  attempt.to = timestamp;
  if (error !== undefined)
    attempt.error = { ...(error.code !== undefined && { code: error.code }), name: error.name, message: error.message };
}

function noteOf({ outputs, outputIds: ids }: StepState, metadata: Parameters<typeof sizeOf>[0]): string {
  if (ids.length > 1 || outputs.length > 1) return `${outputs.length} of ${counted(Math.max(ids.length, outputs.length), "output")}`;
  const size = sizeOf(metadata);
  return size === undefined ? "" : counted(size.value, size.name === "rows" ? "row" : "byte");
}
