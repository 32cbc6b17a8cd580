import type { EventBatch, EventView, LiveEvent, NodeRow, RunRow, Snapshot } from "../../src/inspector/inspection.ts";

/** What is told and not recorded. */
export interface Live {
  /** How far a step of a run is, by `progressKey`. */
  readonly progress: ReadonlyMap<string, { readonly done: number; readonly total: number }>;
  /** The latest log lines of running steps, oldest first; at most 2,000. */
  readonly logs: readonly (LiveEvent & { readonly type: "log" })[];
}

export const noneLive: Live = { progress: new Map(), logs: [] };

export interface State {
  readonly snapshot: Snapshot;
  readonly events: readonly EventView[];
  readonly live: Live;
}

const maximumEvents = 200;
const maximumLogs = 2_000;
const maximumRuns = 20;

export const progressKey = (runId: string, step: string): string => `${runId}\n${step}`;

/** Returns what is shown after a batch of events. Nothing that was shown before is changed. */
export function applyBatch(state: State, batch: EventBatch): State {
  const { snapshot } = state;
  const nodes = batch.nodes.length === 0 ? snapshot.nodes : withNodes(snapshot.nodes, batch.nodes);
  const runs = batch.runs.length === 0 ? snapshot.runs : withRuns(snapshot.runs, batch.runs);
  const cursor = Math.max(snapshot.cursor, batch.cursor);
  return {
    snapshot: { ...snapshot, cursor, nodes, runs },
    events: batch.events.length === 0 ? state.events : [...batch.events].reverse().concat(state.events).slice(0, maximumEvents),
    live: withLive(state.live, batch),
  };
}

function withNodes(nodes: readonly NodeRow[], changed: EventBatch["nodes"]): readonly NodeRow[] {
  const next = [...nodes];
  for (const [position, node] of changed) if (position < next.length) next[position] = node;
  return next;
}

function withRuns(runs: readonly RunRow[], changed: readonly RunRow[]): readonly RunRow[] {
  const byId = new Map(runs.map((run) => [run.runId, run]));
  for (const run of changed) byId.set(run.runId, run);
  return [...byId.values()].sort((left, right) => right.startedAt - left.startedAt).slice(0, maximumRuns);
}

function withLive(live: Live, batch: EventBatch): Live {
  const ended = batch.runs.filter((run) => run.status !== "Started").map((run) => run.runId);
  if (batch.live.length === 0 && ended.length === 0) return live;
  const progress = new Map(live.progress);
  const logs = [...live.logs];
  for (const event of batch.live) {
    if (event.type === "log") logs.push(event);
    else progress.set(progressKey(event.runId, event.step), { done: event.done, total: event.total });
  }
  for (const key of progress.keys()) if (ended.some((runId) => key.startsWith(`${runId}\n`))) progress.delete(key);
  return { progress, logs: logs.slice(-maximumLogs) };
}
