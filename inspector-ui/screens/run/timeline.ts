/** What the timeline of a run draws: a row for each step, or one for all partitions of an asset, with its attempts and waits. */
import type { RunView, StepView } from "../../../src/inspector/inspection.ts";

export type TimelineOrder = "start" | "length" | "graph";
export type StepStatus = StepView["status"];

/** A stretch of a row. `from` and `to` are milliseconds since the start of the run. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** `Wait`: between two attempts. */
  readonly kind: "Success" | "Failure" | "Running" | "Canceled" | "Skipped" | "Wait";
  /** Of a row with several partitions at once: which of its lanes, from above. */
  readonly lane: number;
  /** Of a running step that tells: from 0 to 1. */
  readonly done?: number;
}

export interface TimelineRow {
  /** The asset, task or multi-asset. */
  readonly name: string;
  /** Of a row with several partitions: `Mixed` when they came out differently. */
  readonly status: StepStatus | "Mixed";
  readonly segments: readonly Segment[];
  readonly lanes: number;
  /** Where it is underlined, because the end of the run waited for it. */
  readonly critical?: { readonly from: number; readonly to: number };
  readonly note: string;
  /** When it began, and how long it took; undefined when it did not begin. */
  readonly from?: number;
  readonly length?: number;
  /** How many partitions it stands for. */
  readonly steps: number;
  readonly assets: readonly string[];
}

export interface Timeline {
  readonly rows: readonly TimelineRow[];
  /** The right end of the scale, in milliseconds. */
  readonly end: number;
  /** Where now is; undefined when the run has ended. */
  readonly now?: number;
}

/** More lanes than these are not told apart in a row of 32 px. */
const mostLanes = 4;
/** Partitions in one row, above which neighbours are drawn as one. */
const mostSegments = 200;
/** Parts of the scale to which they are rounded then. */
const slots = 480;

/**
 * The timeline of a run at a moment. Time and room grow with the number of steps; what is drawn for one row does not.
 */
export function timelineOf(run: RunView, at: number, order: TimelineOrder): Timeline {
  // What an interrupted run was at ends when its process was last heard of.
  const isInterrupted = run.status === "Interrupted";
  const now = isInterrupted ? at - (run.silentMs ?? 0) : at;
  const start = run.startedAt;
  const ends = run.steps.map(({ attempts }) => attempts.at(-1)?.to ?? 0);
  const last = ends.reduce((latest, end) => Math.max(latest, end), run.endedAt ?? now) - start;
  // A run that goes on keeps some room before its right end.
  const end = Math.max(1, run.endedAt === undefined ? last * 1.06 : last);
  const groups = Map.groupBy(run.steps, nameOf);
  const endOf = new Map(run.steps.map(({ step, attempts }) => [step, (attempts.at(-1)?.to ?? start) - start]));
  const scale = { start, end, now: Math.max(0, (run.endedAt ?? now) - start), endOf };
  const rows = [...groups].map(([name, steps]) => rowOf(name, steps, scale));
  return { rows: ordered(rows, run.steps, order), end, ...(run.endedAt === undefined && !isInterrupted && { now: scale.now }) };
}

/** The name of a step without its partition. */
export function nameOf({ step, assets }: Pick<StepView, "step" | "assets">): string {
  const bracket = step.indexOf("[");
  const isPartition = bracket > 0 && step.endsWith("]") && !assets.includes(step);
  return isPartition ? step.slice(0, bracket) : step;
}

interface Scale {
  readonly start: number;
  readonly end: number;
  readonly now: number;
  readonly endOf: ReadonlyMap<string, number>;
}

function rowOf(name: string, steps: readonly StepView[], scale: Scale): TimelineRow {
  const [first] = steps as readonly [StepView, ...StepView[]];
  const begun = steps.flatMap(({ attempts }) =>
    attempts.map(({ from, to }) => ({ from: from - scale.start, to: (to ?? scale.now + scale.start) - scale.start })),
  );
  const from = begun.reduce((least, attempt) => Math.min(least, attempt.from), Number.POSITIVE_INFINITY);
  const to = begun.reduce((most, attempt) => Math.max(most, attempt.to), 0);
  const isSeveral = steps.length > 1;
  const laid = isSeveral ? inLanes(steps, scale) : { segments: segmentsOf(first, scale, 0), lanes: 1 };
  const critical = steps.filter(({ isCritical }) => isCritical).flatMap(({ attempts }) => attempts);
  return {
    name,
    status: statusOf(steps),
    ...laid,
    note: isSeveral ? partitionsNote(steps) : first.note,
    steps: steps.length,
    assets: first.assets,
    ...(begun.length > 0 && { from, length: to - from }),
    ...(critical.length > 0 && {
      critical: {
        from: critical.reduce((least, attempt) => Math.min(least, attempt.from - scale.start), Number.POSITIVE_INFINITY),
        to: critical.reduce((most, attempt) => Math.max(most, (attempt.to ?? scale.now + scale.start) - scale.start), 0),
      },
    }),
  };
}

function segmentsOf(step: StepView, { start, end, now, endOf }: Scale, lane: number): Segment[] {
  const segments: Segment[] = [];
  let previousEnd: number | undefined;
  step.attempts.forEach((attempt, index) => {
    const from = attempt.from - start;
    const isLast = index === step.attempts.length - 1;
    const isRunning = attempt.to === undefined && step.status === "Running";
    const to = Math.max(from, attempt.to === undefined ? now : attempt.to - start);
    if (previousEnd !== undefined && from > previousEnd) segments.push({ from: previousEnd, to: from, kind: "Wait", lane });
    const kind = isRunning ? "Running" : isLast ? ending(step.status) : "Failure";
    const done = isRunning && step.progress && step.progress.total > 0 ? Math.min(1, step.progress.done / step.progress.total) : undefined;
    segments.push({ from, to, kind, lane, ...(done !== undefined && { done }) });
    previousEnd = to;
  });
  // What was skipped has no time of its own: it is drawn where it would have begun.
  if (segments.length === 0 && (step.status === "Skipped" || step.status === "Unchanged")) {
    const from = Math.min(
      end * 0.9,
      step.after.reduce((latest, name) => Math.max(latest, endOf.get(name) ?? 0), 0),
    );
    segments.push({ from, to: from + end * 0.1, kind: "Skipped", lane });
  }
  return segments;
}

function ending(status: StepStatus): Segment["kind"] {
  if (status === "Failure" || status === "Canceled") return status;
  return status === "Running" ? "Running" : "Success";
}

/** Puts the partitions of a row into the first lane that is free, and joins what lies too close to be told apart. */
function inLanes(steps: readonly StepView[], scale: Scale): Pick<TimelineRow, "segments" | "lanes"> {
  const sorted = steps
    .filter(({ attempts }) => attempts.length > 0)
    .sort((left, right) => (left.attempts[0]?.from ?? 0) - (right.attempts[0]?.from ?? 0));
  const laneEnds: number[] = [];
  const segments: Segment[] = [];
  for (const step of sorted) {
    const from = (step.attempts[0]?.from ?? 0) - scale.start;
    let lane = laneEnds.findIndex((end) => end <= from);
    if (lane < 0) lane = laneEnds.length < mostLanes ? laneEnds.length : laneEnds.indexOf(Math.min(...laneEnds));
    const drawn = segmentsOf(step, scale, lane);
    laneEnds[lane] = Math.max(laneEnds[lane] ?? 0, drawn.at(-1)?.to ?? from);
    segments.push(...drawn);
  }
  const lanes = Math.max(1, laneEnds.length);
  return { segments: segments.length > mostSegments ? coarse(segments, lanes, scale.end) : segments, lanes };
}

/** What wins a slot in which several partitions lie. */
const weight: Readonly<Record<Segment["kind"], number>> = { Failure: 5, Running: 4, Canceled: 3, Success: 2, Skipped: 1, Wait: 0 };

function coarse(segments: readonly Segment[], lanes: number, end: number): readonly Segment[] {
  const cells = Array.from({ length: lanes }, () => new Array<Segment["kind"] | undefined>(slots));
  for (const { from, to, kind, lane } of segments) {
    if (kind === "Wait") continue;
    const cell = cells[lane] as (Segment["kind"] | undefined)[];
    const first = Math.min(slots - 1, Math.floor((from / end) * slots));
    const last = Math.max(first, Math.min(slots - 1, Math.ceil((to / end) * slots) - 1));
    for (let slot = first; slot <= last; slot++) {
      const there = cell[slot];
      if (there === undefined || weight[there] < weight[kind]) cell[slot] = kind;
    }
  }
  return cells.flatMap((cell, lane) => {
    const drawn: { from: number; to: number; kind: Segment["kind"]; lane: number }[] = [];
    for (let slot = 0; slot < slots; slot++) {
      const kind = cell[slot];
      if (kind === undefined) continue;
      const [from, to] = [(slot / slots) * end, ((slot + 1) / slots) * end];
      const previous = drawn.at(-1);
      if (previous?.kind === kind && previous.to === from) previous.to = to;
      else drawn.push({ from, to, kind, lane });
    }
    return drawn;
  });
}

function statusOf(steps: readonly StepView[]): TimelineRow["status"] {
  const statuses = new Set(steps.map(({ status }) => status));
  const [only] = statuses;
  if (statuses.size === 1 && only !== undefined) return only;
  if (statuses.has("Running") || statuses.has("Waiting")) return "Running";
  if ([...statuses].every((status) => status === "Success" || status === "Unchanged")) return "Success";
  return "Mixed";
}

function partitionsNote(steps: readonly StepView[]): string {
  const count = (status: StepStatus): number => steps.filter((step) => step.status === status).length;
  const parts = [`${count("Success") + count("Unchanged")} of ${steps.length}`];
  for (const [status, word] of [
    ["Failure", "failed"],
    ["Skipped", "skipped"],
    ["Canceled", "canceled"],
  ] as const) {
    if (count(status) > 0) parts.push(`${count(status)} ${word}`);
  }
  return parts.join(", ");
}

/* ---- order */

function ordered(rows: readonly TimelineRow[], steps: readonly StepView[], order: TimelineOrder): readonly TimelineRow[] {
  const position = new Map(rows.map((row, index) => [row, index]));
  const stable = (left: TimelineRow, right: TimelineRow): number => (position.get(left) ?? 0) - (position.get(right) ?? 0);
  if (order === "length") return [...rows].sort((left, right) => (right.length ?? -1) - (left.length ?? -1) || stable(left, right));
  if (order === "graph") {
    const depths = depthsOf(steps);
    return [...rows].sort((left, right) => (depths.get(left.name) ?? 0) - (depths.get(right.name) ?? 0) || stable(left, right));
  }
  const never = Number.POSITIVE_INFINITY;
  return [...rows].sort((left, right) => {
    const [from, to] = [left.from ?? never, right.from ?? never];
    return from === to ? stable(left, right) : from - to;
  });
}

/** How many rows come before each row, along the longest way through what it waits for. */
function depthsOf(steps: readonly StepView[]): ReadonlyMap<string, number> {
  const rowOfStep = new Map(steps.map((step) => [step.step, nameOf(step)]));
  const before = new Map<string, Set<string>>();
  const after = new Map<string, string[]>();
  for (const step of steps) {
    const name = nameOf(step);
    const inputs = before.get(name) ?? new Set<string>();
    before.set(name, inputs);
    for (const input of step.after) {
      const from = rowOfStep.get(input);
      if (from === undefined || from === name || inputs.has(from)) continue;
      inputs.add(from);
      after.set(from, [...(after.get(from) ?? []), name]);
    }
  }
  const waiting = new Map([...before].map(([name, inputs]) => [name, inputs.size]));
  const depths = new Map<string, number>();
  const ready = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
  for (const name of ready) {
    const depth = depths.get(name) ?? 0;
    depths.set(name, depth);
    for (const next of after.get(name) ?? []) {
      depths.set(next, Math.max(depths.get(next) ?? 0, depth + 1));
      const left = (waiting.get(next) ?? 1) - 1;
      waiting.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return depths;
}
