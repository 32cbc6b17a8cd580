/** A step that was sent as JSON: claimed, made, and answered with the events that were recorded. */
import { EdgewaterError } from "../errors.ts";
import { isFresh } from "../storage/query/run-status.ts";
import type { LatestRecord, Lease, Storage } from "../storage/types.ts";
import { defaultClaimMs, endedOwner, StepClaim } from "./claim.ts";
import { endingsOf } from "./endings.ts";
import type { Outcome } from "./executor.ts";
import { hasHolderEnded } from "./living.ts";
import { placeOf } from "./look.ts";
import { outputId, outputIds, type Step } from "./plan.ts";
import { outcomeWith, type StepOutcome, type StepRequest } from "./protocol.ts";
import type { StepEnvironment } from "./run-environment.ts";
import { runStep } from "./step.ts";
import { outputsOf } from "./step-start.ts";

/** How a request is run. */
export interface RequestOptions {
  /** How long the worker may be silent before another one may make its step, in milliseconds; 30,000 unless given. */
  readonly leaseMs?: number | undefined;
  /** Whether to take the step over from a worker that may be alive, which cannot record anything for it any more; false unless given. */
  readonly takeOver?: boolean | undefined;
  /** Aborted when what has delivered the step takes it back: it is stopped, and nothing more is recorded for it. */
  readonly abandon?: AbortSignal | undefined;
}

/**
 * Makes a step for the owner of its run, once however often it is delivered: a step that has ended is answered from the records,
 * and one that another worker makes is left to it, unless this is a later delivery.
 *
 * @throws `TakenOver` when the run has another owner or has ended without the step, or the step was taken back, and what kept the
 *   outcome from being recorded, else `Unavailable`
 */
export async function runRequest(
  request: StepRequest,
  step: Step,
  environment: Omit<StepEnvironment, "owner">,
  { leaseMs = defaultClaimMs, takeOver = false, abandon }: RequestOptions,
): Promise<StepOutcome> {
  const { storage, signal, log } = environment;
  const places = outputsOf(step).map(placeOf);
  const [seen, records] = await Promise.all([claimOf(request, storage), storage.getLatestRecords(places)]);
  if (seen?.owner === endedOwner) return outcomeWith(request, "ended", await recordedOutputs(request, step, storage));
  if (seen !== undefined && !takeOver && request.attempt <= seen.attempt && (await isHeld(seen, storage)))
    return outcomeWith(request, request.attempt < seen.attempt ? "superseded" : "busy");

  const claim = await StepClaim.of(request, seen, { storage, signal, log, leaseMs });
  const giveUp = (): void => claim.lose("what has delivered the step has taken it back");
  if (abandon?.aborted) giveUp();
  abandon?.addEventListener("abort", giveUp, { once: true });
  const known = {
    latest: new Map(records.map((record) => [idOf(record), record])),
    recorded: new Map(),
    succeeded: new Set<string>(),
    missing: missingOf(records),
    // What was recorded since the run began may be of an earlier delivery, or of an earlier owner of the run.
    announced: new Set(records.filter(({ lastEventId = 0 }) => lastEventId > request.since).map(idOf)),
  };
  try {
    const outcomes = await runStep(step, { ...environment, owner: claim, signal: claim.signal, since: request.since }, known);
    if (claim.hasEnded) return outcomeWith(request, "ended", outputsOfClaim(outcomes, claim));
    const recorded = await recordedOutputs(request, step, storage);
    if (Object.keys(recorded).length === outputIds(step).length) return outcomeWith(request, "ended", recorded);
    if (claim.isSuperseded) return outcomeWith(request, "superseded");
    throw claim.lost ?? firstError(outcomes) ?? unrecorded(request);
  } finally {
    abandon?.removeEventListener("abort", giveUp);
    claim.stop();
  }
}

/** What is known of a step that was sent: its outcome, or that a worker makes it; undefined when nobody does. */
export async function outcomeOf(request: StepRequest, step: Step, storage: Storage): Promise<StepOutcome | undefined> {
  const seen = await claimOf(request, storage);
  if (seen !== undefined && seen.owner !== endedOwner) return (await isHeld(seen, storage)) ? outcomeWith(request, "busy") : undefined;
  const recorded = await recordedOutputs(request, step, storage);
  const hasEnded = seen !== undefined || Object.keys(recorded).length === outputIds(step).length;
  return hasEnded ? outcomeWith(request, "ended", recorded) : undefined;
}

/** The claim of a step; undefined when nobody has claimed it. */
export async function claimOf({ runId, step }: Pick<StepRequest, "runId" | "step">, storage: Storage): Promise<Lease | undefined> {
  return (await storage.getLeases(runId, step)).find((lease) => lease.step === step);
}

async function isHeld(lease: Lease, storage: Storage): Promise<boolean> {
  return isFresh(lease) && !(await hasHolderEnded(storage, lease));
}

async function recordedOutputs(request: StepRequest, step: Step, storage: Storage): Promise<StepOutcome["outputs"]> {
  const found = await endingsOf(request, step, storage);
  return Object.fromEntries([...found].map(([id, { event }]) => [id, event.id]));
}

function outputsOfClaim(outcomes: ReadonlyMap<string, Outcome>, { failures }: StepClaim): StepOutcome["outputs"] {
  return Object.fromEntries(
    [...outcomes].map(([id, outcome]) => [id, outcome.status === "success" ? outcome.event.id : (failures.get(id) as number)]),
  );
}

/** The id of the output of a record. */
function idOf({ assetKey, partitionKey }: LatestRecord): string {
  return outputId(assetKey, partitionKey);
}

/** The ids of events whose values are gone from their stores. */
function missingOf(records: readonly LatestRecord[]): ReadonlySet<number> {
  return new Set(records.flatMap(({ lastFound, lastMaterializationId: id }) => (lastFound === "Missing" && id !== undefined ? [id] : [])));
}

/** What the step has thrown and could not record; undefined when that was `null` or `undefined`, or nothing was thrown. */
function firstError(outcomes: ReadonlyMap<string, Outcome>): unknown {
  for (const outcome of outcomes.values()) if (outcome.status === "failure") return outcome.error;
  return undefined;
}

function unrecorded({ runId, step, computation }: StepRequest): EdgewaterError<"Unavailable"> {
  const message = `Cannot end the step ${JSON.stringify(step)} of the run ${runId}: its outcome could not be recorded; try it again`;
  return new EdgewaterError("Unavailable", message, { asset: computation, key: runId });
}
