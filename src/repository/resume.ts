import { EdgewaterError, isEdgewaterError, orAborted, throwIfAborted } from "../errors.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { sleep } from "../retry.ts";
import { whenAborted } from "../run/execute.ts";
import type { Graph } from "../run/graph.ts";
import { pointHead } from "../run/head.ts";
import { hasHolderEnded } from "../run/living.ts";
import { announcedVersion, historyOf, latestOf, look, type Output, placeOf, recordAnnounced } from "../run/look.ts";
import { keptLeaseMs, type OwnerOptions, RunOwner } from "../run/owner.ts";
import { checkPlaces, type PlacesEnvironment } from "../run/places.ts";
import { outputId, type Plan, planOf, type Selection } from "../run/plan.ts";
import { namesOf } from "../run/run.ts";
import type { LoadEnvironment } from "../run/run-environment.ts";
import { skippedEvent } from "../run/step-record.ts";
import { decodeIntent, type Intent, intentPrefix, writeIdOf } from "../storage/intent.ts";
import type { KvEntry, Lease, Precondition, RunRecord, Storage, StoredEvent } from "../storage/types.ts";
import { exactSelection } from "./selection.ts";

/** Which run to resume. */
export interface ResumeOptions {
  /** The id of the run; `true` for the last one that `materialize` has started. */
  readonly run: true | string;
  /** Takes the run over although its process may be alive; false unless given. That process cannot record anything any more. */
  readonly force?: boolean | undefined;
}

/** A run that was taken over. */
export interface Resumed {
  readonly owner: RunOwner;
  readonly plan: Plan;
  /** What the run has recorded and its stores still have, in the order of the commits. */
  readonly recorded: readonly StoredEvent[];
  /** The ids of outputs that the run has announced and that may still be recorded for it. */
  readonly announced: ReadonlySet<string>;
  /** The steps whose success is recorded, see `stepId`. */
  readonly succeeded: ReadonlySet<string>;
  /** The ids of events of the run whose values are gone from their stores. */
  readonly missing: ReadonlySet<number>;
}

/** How many stores are asked at the same time. */
const concurrency = 16;
/** The longest time that a silent owner is watched before its run is taken over, in milliseconds. */
const longestWatch = 15_000;

/** Takes a run over, unless it is aborted: one that is taken over after an abort is canceled. */
export async function resumeOrCancel(which: true | string | ResumeOptions, ...context: ResumeContext): Promise<Resumed | undefined> {
  const { signal, log } = context[4];
  const resuming = resume(typeof which === "object" ? which : { run: which }, ...context);
  try {
    return await orAborted(resuming, signal);
  } catch (error) {
    const canceled = resuming.catch(() => undefined).then((late) => late && cancel(late));
    canceled.catch((lost) => log.warn("Cannot record that a resumed run was canceled", lost));
    throw error;
  }
}

/** Cancels a run that was aborted before it went on: no step was tried. */
async function cancel({ owner, plan }: Pick<Resumed, "owner" | "plan">): Promise<void> {
  for (const step of plan) owner.recordLater(skippedEvent(step, owner.run.runId, whenAborted));
  await owner.end("Canceled", Date.now());
}

/** What resuming needs: the assets, what was given to `materialize`, and the environment of the run. */
type ResumeContext = [
  graph: Graph,
  given: Selection,
  tags: Readonly<Record<string, string>> | undefined,
  loadingContext: PartitionLoadingContext,
  environment: LoadEnvironment & PlacesEnvironment,
  options: OwnerOptions,
];

/**
 * Takes a run over: becomes its owner, reads what it has recorded, and records what it has written and could not record.
 * Undefined when there is no run to resume.
 *
 * @throws `NotFound` for an unknown run, `NotSupported` for a run of `write`, `InProgress` for a run whose process is alive,
 *   `PreconditionFailed` when another process takes it over at the same time
 */
async function resume(
  { run: which, force = false }: ResumeOptions,
  ...[graph, given, tags, loadingContext, environment, options]: ResumeContext
): Promise<Resumed | undefined> {
  const { storage } = environment;
  const run = await findRun(which, storage);
  if (run === undefined) return undefined;
  if (run.kind === "write") {
    const message = `Cannot resume the run ${run.runId}: it has written one value with repository.write; write the value again`;
    throw new EdgewaterError("NotSupported", message, { key: run.runId });
  }
  const selection = Object.values(given).some((value) => value !== undefined) ? given : (run.selection ?? {});
  const plan = planOf(graph, await exactSelection(graph, selection, loadingContext, storage), loadingContext);
  return takeOverRun(run, plan, { force, tags }, graph, environment, options);
}

/** How a run is taken over. */
export interface TakeoverOptions {
  /** Whether it is taken over although its process may be alive. */
  readonly force: boolean;
  /** Tags to add to the run. */
  readonly tags: Readonly<Record<string, string>> | undefined;
  /** What must hold beside that the run is as it was seen. */
  readonly preconditions?: readonly Precondition[];
}

/** Takes a run over that is to make a plan. @throws as {@link resume} */
export async function takeOverRun(
  run: RunRecord,
  plan: Plan,
  { force, tags, preconditions: given = [] }: TakeoverOptions,
  graph: Graph,
  environment: LoadEnvironment & PlacesEnvironment,
  options: OwnerOptions,
): Promise<Resumed> {
  const { storage } = environment;
  await checkPlaces(plan, environment);
  const { preconditions, attempt } = await asSeen(run, storage, force, environment.signal);
  const names = namesOf(plan);
  const next: RunRecord = {
    ...run,
    status: "Started",
    attempt: attempt + 1,
    // It may be resumed for more than it began with.
    nodeNames: [...new Set([...run.nodeNames, ...names.nodeNames])],
    partitionKeys: [...new Set([...(run.partitionKeys ?? []), ...names.partitionKeys])],
    tags: { ...run.tags, ...tags },
    endTime: undefined,
  };
  throwIfAborted(environment.signal);
  const owner = await takeOver(next, [...preconditions, ...given], options);
  try {
    const announced = await recordLandedWrites(owner, graph, environment);
    return { owner, plan, announced, ...(await recordedBy(run.runId, graph, storage)) };
  } catch (error) {
    const ended = environment.signal.aborted ? cancel({ owner, plan }) : owner.end("Failure", Date.now());
    await ended.catch((lost: unknown) => environment.log.error(`Cannot record the end of the run ${run.runId}`, lost));
    throw error;
  }
}

async function findRun(which: true | string, storage: Storage): Promise<RunRecord | undefined> {
  if (which === true) {
    const last = await lastMaterializeRun(storage);
    return last?.status === "Success" ? undefined : last;
  }
  const run = await storage.getRun(which);
  if (run === undefined) {
    const message = `Cannot resume the run ${JSON.stringify(which)}: ${storage.name} has no such run`;
    throw new EdgewaterError("NotFound", message, { store: storage.name, key: which });
  }
  return run;
}

/** The newest run that `materialize` has started, behind any number of others. */
async function lastMaterializeRun(storage: Storage): Promise<RunRecord | undefined> {
  for (let limit = 100; ; limit *= 10) {
    const runs = await storage.getRuns({ limit });
    const last = runs.find(({ kind = "materialize" }) => kind === "materialize");
    if (last !== undefined || runs.length < limit) return last;
  }
}

/** What was seen of a run: its last attempt, and the preconditions that it is still so: ended, or with an owner that is gone. */
async function asSeen(
  { runId, status, attempt = 1 }: RunRecord,
  storage: Storage,
  force: boolean,
  signal: AbortSignal,
): Promise<{ readonly preconditions: readonly Precondition[]; readonly attempt: number }> {
  const lease = await leaseOf(runId, storage);
  if (lease === undefined) {
    const stored = status === "Interrupted" ? "Started" : status;
    return {
      attempt,
      preconditions: [
        { lease: runId, owner: undefined },
        { run: runId, is: stored },
      ],
    };
  }
  const { owner, beat, ageMs, ttlMs } = lease;
  // Another process may have taken the run over since its record was read.
  const last = Math.max(attempt, lease.attempt);
  if (force) return { attempt: last, preconditions: [{ lease: runId, owner }] };
  // An engine keeps its run also while no process makes it.
  if (ttlMs >= keptLeaseMs) throw keptByEngine(runId);
  if (!(await hasHolderEnded(storage, lease))) {
    if (ageMs <= ttlMs) throw inProgress(runId, lease);
    // A clock may have jumped, and a machine may have slept: an owner that is alive renews its lease while it is watched.
    await sleep(Math.min(ttlMs / 4, longestWatch), { signal });
    const now = await leaseOf(runId, storage);
    if (now !== undefined && (now.owner !== owner || now.beat !== beat)) throw inProgress(runId, now);
  }
  return { attempt: last, preconditions: [{ lease: runId, owner, beat }] };
}

async function leaseOf(runId: string, storage: Storage): Promise<Lease | undefined> {
  return (await storage.getLeases(runId, "")).find(({ step }) => step === undefined);
}

function inProgress(runId: string, { attempt, ageMs, holder }: Lease): EdgewaterError<"InProgress"> {
  const who = holder === undefined ? "a process" : `the process ${holder}`;
  const message = `Cannot resume the run ${runId}: ${who} is making it (attempt ${attempt}) and was heard of ${Math.round(ageMs)} ms ago; wait for it, cancel the run, or pass resume: { run, force: true } to take it over`;
  return new EdgewaterError("InProgress", message, { key: runId });
}

function keptByEngine(runId: string): EdgewaterError<"InProgress"> {
  const message = `Cannot resume the run ${runId}: an engine keeps it until it ends, also while it is suspended; wait for it, cancel the run, or pass resume: { run, force: true } to take it over`;
  return new EdgewaterError("InProgress", message, { key: runId });
}

async function takeOver(run: RunRecord, preconditions: readonly Precondition[], options: OwnerOptions): Promise<RunOwner> {
  try {
    return await RunOwner.take(run, preconditions, options);
  } catch (cause) {
    if (!isEdgewaterError(cause, "PreconditionFailed")) throw cause;
    const message = `Cannot resume the run ${run.runId}: another process has taken it over or ended it at the same moment; look at its status`;
    throw new EdgewaterError("PreconditionFailed", message, { key: run.runId, cause });
  }
}

/**
 * Records the values that earlier owners have announced and written and could not record. Returns the ids of the other outputs
 * that they have announced: such a write may still happen, and the next look at its store records it.
 */
async function recordLandedWrites(owner: RunOwner, graph: Graph, environment: LoadEnvironment): Promise<ReadonlySet<string>> {
  const { storage } = environment;
  const open = new Set<string>();
  const entries = await storage.kvList(intentPrefix(owner.run.runId));
  for (let start = 0; start < entries.length; start += concurrency) {
    const group = entries.slice(start, start + concurrency).map(async ({ key, value }) => {
      const event = decodeIntent(value)?.event;
      const definition = event && graph.nodes.get(event.assetKey)?.definition;
      if (event === undefined || definition === undefined) return;
      const output = { definition, key: event.partitionKey };
      if (historyOf(output, environment) !== undefined) return recordVersion(output, { key, value }, owner, environment);
      const isRecorded = await recordIfLanded(output, writeIdOf(key), owner, environment);
      if (!isRecorded) open.add(outputId(event.assetKey, event.partitionKey));
    });
    await Promise.all(group);
  }
  return open;
}

async function recordIfLanded(output: Output, writeId: string, owner: RunOwner, environment: LoadEnvironment): Promise<boolean> {
  for (let tries = 0; tries < 3; tries++) {
    const latest = await latestOf(output, environment);
    const found = await look(output, latest, environment);
    if (found.found !== "announced" || found.announced.writeId !== writeId) return false;
    const event = await recordAnnounced(output, found, latest, environment, (batch) => owner.commit(batch));
    if (event !== undefined) return true;
  }
  return false;
}

/** What a run has recorded, without what is known to be gone from its store. */
async function recordedBy(runId: string, graph: Graph, storage: Storage): Promise<Pick<Resumed, "recorded" | "succeeded" | "missing">> {
  const events = await storage.getEventsForRun(runId, { types: ["Materialization", "Observation", "StepSuccess"] });
  const recorded = events.filter((event) => event.dataVersion !== undefined);
  const succeeded = new Set(
    events.flatMap((event) => (event.eventType === "StepSuccess" ? [outputId(event.assetKey, event.partitionKey)] : [])),
  );
  const outputs = recorded.flatMap(({ assetKey, partitionKey }) => {
    const definition = graph.nodes.get(assetKey)?.definition;
    return definition === undefined ? [] : [{ definition, key: partitionKey }];
  });
  const latest = await storage.getLatestRecords(outputs.map(placeOf));
  const missing = new Set(
    latest.flatMap(({ lastFound, lastMaterializationId: id }) => (lastFound === "Missing" && id !== undefined ? [id] : [])),
  );
  return { recorded: recorded.filter(({ id }) => !missing.has(id)), succeeded, missing };
}

/**
 * Records a version that was announced and written, unless another one was recorded since. Otherwise the announcement is deleted:
 * nobody but the owner of the run records it, so the output is made again.
 */
async function recordVersion(output: Output, { key, value }: KvEntry, owner: RunOwner, environment: LoadEnvironment): Promise<void> {
  const intent = decodeIntent(value) as Intent;
  const latest = await latestOf(output, environment);
  const isFirst = latest?.lastMaterializationId === intent.base;
  const stored = isFirst ? await announcedVersion(output, intent.event, environment) : undefined;
  if (stored === undefined) return owner.deleteLater(key);
  const announced = { writeId: writeIdOf(key), intent, bytes: value };
  const event = await recordAnnounced(output, { found: "announced", stored, announced }, latest, environment, (batch) =>
    owner.commit(batch),
  );
  if (event === undefined) return owner.deleteLater(key);
  await pointHead(output, event, environment);
}
