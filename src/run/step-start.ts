/** What a step looks at before it loads its inputs, so that it notices when another run records its outputs meanwhile. */
import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { ExpectedObject } from "../io-handler/contexts.ts";
import type { LatestRecord, Precondition, StoredEvent, StoredMark } from "../storage/types.ts";
import { canInspect, historyOf, isStillLatest, look, type Output, placeOf, recordAnnounced, writesUnderConditions } from "./look.ts";
import { outputId, type Step } from "./plan.ts";
import type { StepEnvironment } from "./run-environment.ts";
import type { StepRecord } from "./step-record.ts";
import { type Base, LostRace } from "./write-output.ts";

/** An output of a step with its id. */
export interface StepOutput extends Output {
  readonly id: string;
}

/** The outputs of a step. */
export function outputsOf({ outputs, keys }: Step): readonly StepOutput[] {
  return outputs.flatMap((definition) => (keys ?? [undefined]).map((key) => ({ definition, key, id: outputId(definition.name, key) })));
}

/** Reads the latest records of outputs again. */
export async function readLatest(
  outputs: readonly StepOutput[],
  latest: Map<string, LatestRecord>,
  { storage }: StepEnvironment,
): Promise<void> {
  for (const { id } of outputs) latest.delete(id);
  const records = await storage.getLatestRecords(outputs.map(placeOf));
  for (const record of records) latest.set(outputId(record.assetKey, record.partitionKey), record);
}

/**
 * Finds outputs that were recorded for this run: by a commit whose answer was lost, or by another process that found the value.
 *
 * @param missing the ids of events whose values are gone: they do not count
 */
export async function findRecorded(
  outputs: readonly StepOutput[],
  missing: ReadonlySet<number>,
  { storage, owner, since = 0 }: StepEnvironment,
): Promise<ReadonlyMap<string, StoredEvent>> {
  const found = new Map<string, StoredEvent>();
  for (const { definition, key, id } of outputs) {
    const own = { ...(key && { partition: key }), runId: owner.run.runId, after: since, limit: 1 };
    const [event] = await storage.getEventsForAsset(definition.name, own);
    if (event !== undefined && !missing.has(event.id)) found.set(id, event);
  }
  return found;
}

/** The largest number of outputs whose latest records are preconditions of one commit. */
const mostPreconditions = 50;

/** The preconditions that no other run has recorded an output of a step since; none for a step with very many outputs. */
export function areStillLatest(
  outputs: readonly StepOutput[],
  lastMaterializationId: (id: string) => number | undefined,
): readonly Precondition[] {
  if (outputs.length > mostPreconditions) return [];
  return outputs.map((output) => isStillLatest(output, { lastMaterializationId: lastMaterializationId(output.id) }));
}

/**
 * Records the start of a step, after a look at the stores of the outputs whose records do not say what is stored. A value that
 * another run has announced and not recorded is recorded first. Returns what is known of the outputs, by their ids.
 *
 * @param reason why a step runs that could have been skipped
 * @throws `LostRace` when another run has recorded an output since the latest records were read
 */
export async function startStep(
  step: Step,
  outputs: readonly StepOutput[],
  latest: ReadonlyMap<string, LatestRecord>,
  record: StepRecord,
  environment: StepEnvironment,
  reason: string | undefined,
): Promise<ReadonlyMap<string, Base>> {
  const bases = new Map<string, Base>();
  for (const output of outputs) {
    const known = latest.get(output.id);
    checkIfLatest(step, known);
    bases.set(output.id, { latest: known, expected: await expectedOf(output, known, environment) });
  }
  const preconditions = areStillLatest(outputs, (id) => latest.get(id)?.lastMaterializationId);
  try {
    await record.start(preconditions, reason);
  } catch (error) {
    throw isEdgewaterError(error, "PreconditionFailed") ? new LostRace() : error;
  }
  return bases;
}

/** @throws `Conflict` when the caller of `write` expects another latest materialization */
function checkIfLatest({ label, ifLatest, computation }: Step, latest: LatestRecord | undefined): void {
  const id = latest?.lastMaterializationId;
  if (ifLatest === undefined || ifLatest === id) return;
  const found = id === undefined ? "there is none" : `it is ${id}`;
  const message = `The last materialization of ${label} is not the expected ${ifLatest}: ${found}; load the value again`;
  throw new EdgewaterError("Conflict", message, { asset: computation.name });
}

/** The object that the next write of an output replaces. */
async function expectedOf(
  output: Output,
  latest: LatestRecord | undefined,
  environment: StepEnvironment,
): Promise<ExpectedObject | "nothing" | undefined> {
  const mark = latest?.lastStored;
  if (output.definition.kind === "external") return undefined;
  // With history a write replaces nothing; equal bytes are recorded again unless they are known to be gone or damaged.
  if (historyOf(output, environment) !== undefined)
    return mark && (latest?.lastFound ?? "Stored") === "Stored" ? expectedBy(mark) : undefined;
  if (mark?.etag !== undefined && latest?.lastFound !== "Missing") return expectedBy(mark);
  if (!canInspect(output, environment)) return undefined;
  const found = await look(output, latest, environment).catch((error: unknown) => {
    if (!isEdgewaterError(error, "Unavailable") || writesUnderConditions(output, environment)) throw error;
    // A write-back cache takes writes while its far store cannot be looked at, and finds conflicts when it uploads.
    return undefined;
  });
  if (found === undefined) return undefined;
  if (found.found === "overtaken") throw new LostRace();
  if (found.found === "announced") {
    await recordAnnounced(output, found, latest, environment);
    throw new LostRace();
  }
  const stored = found.found === "nothing" ? undefined : found.stored;
  return stored === undefined ? "nothing" : { etag: stored.etag, writeId: stored.writeId, digest: stored.digest };
}

function expectedBy({ etag, writeId, digest, path }: StoredMark): ExpectedObject {
  return { etag, writeId, digest, path };
}
