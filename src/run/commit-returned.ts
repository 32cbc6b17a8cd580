import { type PartitionKey, partitionKeyOf } from "../asset/partition-key.ts";
import { isResult, Output, type Result } from "../definition/result.ts";
import type { Definition } from "../definition/types.ts";
import { EdgewaterError } from "../errors.ts";
import { commitOutput } from "./commit.ts";
import type { OngoingStep } from "./ongoing-step.ts";
import { outputId } from "./plan.ts";

/**
 * Commits what a function returned, by the shape that its computation has: one value, a map of partitions, a record or a
 * generator of several outputs, or an observation. A generator is run here, because each of its outputs is committed
 * before it goes on; the rest is given back to be done when the function will not be called again.
 */
export async function commitReturned(ongoing: OngoingStep, returned: unknown): Promise<() => Promise<void>> {
  const { computation, keys } = ongoing.step;
  const [only] = computation.outputs as readonly [Definition];
  if (computation.kind === "external") return () => commitObservation(ongoing, only, returned);
  if (computation.isBatch) return () => commitPartitions(ongoing, only, returned);
  if (computation.kind !== "multi") return () => commit(ongoing, only, keys?.[0], returned);
  if (!isAsyncIterable(returned)) return () => commitRecord(ongoing, returned);
  await commitYielded(ongoing, returned);
  return async () => {};
}

/** Commits one output, with retries, and writes down that it has ended. */
async function commit(ongoing: OngoingStep, definition: Definition, key: PartitionKey | undefined, returned: unknown): Promise<void> {
  const { step, environment, retries, outcomes, metadata, dataVersion, inputDataVersions } = ongoing;
  const made = { definition, key, returned, metadata, dataVersion, inputDataVersions: { ...inputDataVersions } };
  const event = await retries.attempt(() => commitOutput(made, environment));
  outcomes.set(outputId(definition.name, key), { status: "success", event });
  environment.tell({ type: "output", runId: environment.runId, step: step.label, event });
}

async function commitObservation(ongoing: OngoingStep, definition: Definition, returned: unknown): Promise<void> {
  if (!isResult(returned) || returned.result !== "Observation") {
    throw failed(ongoing, `The function of the external asset ${JSON.stringify(definition.name)} must return an Observation`);
  }
  await commit(ongoing, definition, ongoing.step.keys?.[0], returned);
}

/** A map has a value for every partition of the step, and for no other: that is seen before anything is written. */
async function commitPartitions(ongoing: OngoingStep, definition: Definition, returned: unknown): Promise<void> {
  const { keys = [] } = ongoing.step;
  const result = isResult(returned) ? returned : undefined;
  if (result !== undefined && result.result !== "Output") {
    for (const key of keys) await commit(ongoing, definition, key, result);
    return;
  }
  const map = result === undefined ? returned : result.value;
  if (!(map instanceof Map))
    throw failed(ongoing, `${JSON.stringify(definition.name)} makes several partitions at once and must return a Map from their keys`);
  const values = new Map([...map].map(([key, value]) => [String(partitionKeyOf(key)), value as unknown]));
  const wanted = new Set(keys.map(String));
  const unknown = [...values.keys()].filter((key) => !wanted.has(key));
  if (unknown.length > 0)
    throw failed(ongoing, `${JSON.stringify(definition.name)} returned partitions that were not asked for: ${unknown.join(", ")}`);
  for (const key of keys) {
    if (!values.has(String(key))) continue;
    const value = values.get(String(key));
    await commit(ongoing, definition, key, result === undefined ? value : withValue(result, value));
  }
  const missing = [...wanted].filter((key) => !values.has(key));
  if (missing.length > 0)
    throw failed(ongoing, `${JSON.stringify(definition.name)} returned no value for the partitions ${missing.join(", ")}`);
}

async function commitRecord(ongoing: OngoingStep, returned: unknown): Promise<void> {
  const { computation, outputs, keys } = ongoing.step;
  if (typeof returned !== "object" || returned === null) {
    throw failed(
      ongoing,
      `The multi-asset ${JSON.stringify(computation.name)} must return a record of its outputs, or be an async generator`,
    );
  }
  const record = returned as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(record).filter((name) => !computation.outputs.some((output) => output.name === name));
  if (unknown.length > 0)
    throw failed(ongoing, `The multi-asset ${JSON.stringify(computation.name)} returned unknown outputs: ${unknown.join(", ")}`);
  for (const output of outputs) {
    if (!Object.hasOwn(record, output.name)) throw notMade(ongoing, output.name);
    await commit(ongoing, output, keys?.[0], record[output.name]);
  }
}

/** After a retry the function yields everything again: what is recorded already is passed over. */
async function commitYielded(ongoing: OngoingStep, yields: AsyncIterable<unknown>): Promise<void> {
  const { computation, outputs, keys } = ongoing.step;
  const key = keys?.[0];
  for await (const yielded of yields) {
    if (!isResult(yielded) || yielded.name === undefined) {
      throw failed(
        ongoing,
        `The multi-asset ${JSON.stringify(computation.name)} must yield Output(value, { name }), Materialization({ name }) or Observation({ name })`,
      );
    }
    const output = computation.outputs.find(({ name }) => name === yielded.name);
    if (output === undefined)
      throw failed(
        ongoing,
        `The multi-asset ${JSON.stringify(computation.name)} yielded an unknown output ${JSON.stringify(yielded.name)}`,
      );
    if (outputs.includes(output) && !ongoing.outcomes.has(outputId(output.name, key))) await commit(ongoing, output, key, yielded);
    ongoing.dataVersion = undefined;
  }
  const missing = outputs.find(({ name }) => !ongoing.outcomes.has(outputId(name, key)));
  if (missing !== undefined) throw notMade(ongoing, missing.name);
}

function withValue({ metadata, dataVersion }: Result, value: unknown): Result {
  return Output(value, { metadata, ...(dataVersion === undefined ? {} : { dataVersion }) });
}

function notMade(ongoing: OngoingStep, output: string): EdgewaterError<"DefinitionError"> {
  return failed(
    ongoing,
    `The multi-asset ${JSON.stringify(ongoing.step.computation.name)} did not make its output ${JSON.stringify(output)}`,
  );
}

function failed({ step }: OngoingStep, message: string): EdgewaterError<"DefinitionError"> {
  return new EdgewaterError("DefinitionError", message, { asset: step.computation.name });
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
