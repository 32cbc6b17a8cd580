import { isUniqueVersion } from "../io-handler/data-version.ts";
import type { StoredValue } from "../io-handler/handler.ts";
import type { LatestRecord, StoredEvent } from "../storage/types.ts";
import type { Outcome, Outcomes, StepDecision } from "./executor.ts";
import { fingerprintOf, type InputValue, inputValues } from "./fingerprint.ts";
import { type Look, look, type Output, placeOf } from "./look.ts";
import { outputId, type Step } from "./plan.ts";
import type { LoadEnvironment, StepEnvironment } from "./run-environment.ts";
import { unchangedEvent } from "./step-record.ts";
import { areStillLatest, outputsOf, type StepOutput } from "./step-start.ts";

/** A decision with the events that count in place of new ones, by the ids of the outputs; empty unless the step is skipped. */
export interface DecidedStep extends StepDecision {
  readonly events: ReadonlyMap<string, StoredEvent>;
}

/** Whether a step may be skipped: what the run says, else what is declared. What `observe` and `write` do is never skipped. */
export function maySkip({ computation }: Step, skipUnchanged: boolean | undefined): boolean {
  return computation.kind !== "external" && (skipUnchanged ?? computation.skipUnchanged);
}

/**
 * Decides whether a step is skipped: all of its outputs were made by the same code version, from the same versions of the same
 * inputs, to the same place, and what was written is still there. The latest records of outputs and inputs are read together,
 * and count as of then. Anything that is not known is a reason to make the outputs again.
 */
export async function decide(step: Step, environment: LoadEnvironment): Promise<DecidedStep> {
  const outputs = outputsOf(step);
  const inputs = outputs.map(({ key }) => inputValues(step, key));
  const latest = await latestOf([...outputs, ...inputs.flat()], environment);
  for (const each of inputs.flat()) {
    const problem = problemOf(each, recordOf(each, latest));
    if (problem !== undefined) return makes(problem);
  }
  const events = new Map<string, StoredEvent>();
  for (const [index, output] of outputs.entries()) {
    const record = recordOf(output, latest);
    const changed = await changeOf(step, output, record, inputs[index] ?? [], latest, environment);
    if (changed !== undefined) return makes(outputs.length > 1 ? `${nameOf(output)}: ${changed}` : changed);
  }
  for (const output of outputs) {
    const event = await environment.storage.getLatestMaterialization(output.definition.name, output.key);
    if (event === undefined || event.id !== recordOf(output, latest)?.lastMaterializationId)
      return makes("another run is making it at the same time");
    events.set(output.id, event);
  }
  const ids = [...events.values()].map(({ id }) => id);
  return { isSkipped: true, reason: `unchanged since ${ids.length > 1 ? "events" : "event"} ${shown(ids)}`, events };
}

function makes(reason: string): DecidedStep {
  return { isSkipped: false, reason, events: new Map() };
}

/** Why the version of an input cannot be relied on; undefined when it can. */
function problemOf({ spec, definition, name, isOptional }: InputValue, record: LatestRecord | undefined): string | undefined {
  const input = `its input ${JSON.stringify(name)}`;
  if (spec.ioHandler !== undefined) return `${input} is loaded by a handler of its own, which no record describes`;
  const version = record?.lastDataVersion;
  if (version === undefined) return isOptional ? undefined : `${input} was never ${definition.kind === "external" ? "observed" : "made"}`;
  return isUniqueVersion(version) ? `${input} has a data version that is new with every write` : undefined;
}

/** What has changed since an output was made; undefined when nothing has. */
async function changeOf(
  step: Step,
  output: StepOutput,
  record: LatestRecord | undefined,
  inputs: readonly InputValue[],
  latest: ReadonlyMap<string, LatestRecord>,
  environment: LoadEnvironment,
): Promise<string | undefined> {
  const { codeVersion, ioHandler } = output.definition;
  if (codeVersion === undefined) return "it declares no codeVersion";
  if ((ioHandler ?? environment.defaultHandler).identity === undefined) return "its handler has no identity()";
  if (record?.lastMaterializationId === undefined) return "it was never made";
  const versions = new Map(inputs.map((input) => [input.name, recordOf(input, latest)?.lastDataVersion]));
  const fingerprint = await fingerprintOf(step, output, (name) => versions.get(name), environment);
  if (record.lastFingerprint !== fingerprint) return differenceOf(record, codeVersion, versions);
  return valueChange(await look(output, record, environment), record);
}

/** Names what differs from the last materialization. */
function differenceOf(
  { lastFingerprint, lastMaterializationCodeVersion: before, lastInputDataVersions }: LatestRecord,
  codeVersion: string,
  versions: ReadonlyMap<string, string | undefined>,
): string {
  if (before !== codeVersion) return `its code version is ${JSON.stringify(codeVersion)}, and was ${JSON.stringify(before ?? "none")}`;
  if (lastFingerprint === undefined) return "it is not recorded what its value was made from";
  const changed = [...versions].filter(([name, version]) => lastInputDataVersions[name] !== version).map(([name]) => name);
  if (changed.length > 0) return `its input ${shown(changed.map((name) => JSON.stringify(name)))} has a new data version`;
  return "its metadata, its handler, its place or its inputs were declared differently";
}

/** What has become of a recorded value; undefined when its store certainly has it. */
function valueChange(found: Look, { lastStored: mark }: LatestRecord): string | undefined {
  if (found.found === "nothing") return "its value is gone from its store";
  if (found.found !== "recorded") return "its store has another value";
  return mark !== undefined && found.stored !== undefined && isOf(found.stored, mark)
    ? undefined
    : "its store cannot tell whether it has the recorded value";
}

/** Whether a stored value is certainly what a write has made. */
function isOf({ writeId, etag, digest }: StoredValue, mark: NonNullable<LatestRecord["lastStored"]>): boolean {
  if (writeId !== undefined && writeId === mark.writeId) return true;
  return (etag !== undefined && etag === mark.etag) || (digest !== undefined && digest === mark.digest);
}

/** The latest records by the ids of the outputs. */
async function latestOf(outputs: readonly Output[], { storage }: LoadEnvironment): Promise<ReadonlyMap<string, LatestRecord>> {
  const records = await storage.getLatestRecords(outputs.map(placeOf));
  return new Map(records.map((record) => [outputId(record.assetKey, record.partitionKey), record]));
}

function recordOf({ definition, key }: Output, latest: ReadonlyMap<string, LatestRecord>): LatestRecord | undefined {
  return latest.get(outputId(definition.name, key));
}

function nameOf({ definition, key }: StepOutput): string {
  return JSON.stringify(key === undefined ? definition.name : `${definition.name}[${key}]`);
}

/** The first ones of a list. */
function shown(all: readonly (string | number)[]): string {
  return all.length > 3 ? `${all.slice(0, 3).join(", ")} and ${all.length - 3} more` : all.join(", ");
}

/** Decides on a step that is about to start; undefined when it is made whatever has changed. */
export async function decideAtStart(step: Step, environment: StepEnvironment): Promise<DecidedStep | undefined> {
  const { owner, skipUnchanged } = environment;
  if (owner.run.kind === "write" || !maySkip(step, skipUnchanged)) return undefined;
  return decide(step, environment);
}

/**
 * Records that a step is skipped, and returns its outcomes: what was made before counts.
 *
 * @throws `PreconditionFailed` when another run has recorded an output of the step of a worker since it was decided
 */
export async function skipUnchangedStep(
  step: Step,
  { reason, events }: DecidedStep,
  { owner, onProgress }: StepEnvironment,
): Promise<Outcomes> {
  const { runId } = owner.run;
  await owner.recordUnchanged(
    unchangedEvent(step, runId, reason),
    areStillLatest(outputsOf(step), (id) => events.get(id)?.id),
  );
  onProgress({ type: "step-skipped", runId, step: step.label, because: reason });
  const decision = { isSkipped: true, reason };
  return new Map([...events].map(([id, event]): [string, Outcome] => [id, { status: "success", event, decision }]));
}

/** Skips a step that is made elsewhere when nothing has changed, else sends it there. A decision that fails is a reason to make it. */
export async function unlessUnchanged(step: Step, environment: StepEnvironment, send: () => Promise<Outcomes>): Promise<Outcomes> {
  const decided = await decideAtStart(step, environment).catch(() => undefined);
  if (decided?.isSkipped) return skipUnchangedStep(step, decided, environment);
  const outcomes = await send();
  if (decided === undefined) return outcomes;
  const decision = { isSkipped: false, reason: decided.reason };
  return new Map([...outcomes].map(([id, outcome]) => [id, outcome.status === "skipped" ? outcome : { ...outcome, decision }]));
}
