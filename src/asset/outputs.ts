/** How the value that a function returned is split into its outputs, in the order in which they are committed. */
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { isResult, Output } from "./result.ts";
import type { Definition } from "./types.ts";

/** The outputs that one call of a function should return. */
export interface OutputRequest {
  /** The name of the asset, task or multi-asset. */
  readonly name: string;
  /** The requested outputs. */
  readonly outputs: readonly Definition[];
  /** All outputs of the function. */
  readonly allOutputs: readonly Definition[];
  /** The partitions that are materialized; `undefined` without partitions. */
  readonly keys: readonly PartitionKey[] | undefined;
}

/** An output of a call that is not committed yet. */
export interface PendingOutput {
  /** The output. */
  readonly definition: Definition;
  /** The partition; `undefined` without partitions. */
  readonly key: PartitionKey | undefined;
  /** A value, or a result that wraps one. */
  readonly returned: unknown;
}

/**
 * Splits what a function returned. Throws `DefinitionError` when it reaches an invalid part; the outputs before it are
 * committed.
 */
export type SplitOutputs = (returned: unknown, request: OutputRequest) => Iterable<PendingOutput> | AsyncIterable<PendingOutput>;

/** The output of an asset or a task. */
export const singleOutput: SplitOutputs = (returned, { outputs: [definition], keys }) =>
  definition ? [{ definition, key: keys?.[0], returned }] : [];

/** The outputs of a batch: a map with a value for each partition of the step. Unknown keys are refused before any output. */
export function* partitionOutputs(returned: unknown, { name, outputs: [definition], keys = [] }: OutputRequest): Iterable<PendingOutput> {
  if (definition === undefined) return;
  const result = isResult(returned) ? returned : undefined;
  if (result !== undefined && result.result !== "Output") {
    for (const key of keys) yield { definition, key, returned: result };
    return;
  }
  const map = result === undefined ? returned : result.value;
  if (!(map instanceof Map)) throw invalidReturn(name, "is a batch; its function must return a Map from partition keys to values");
  const values = new Map([...map].map(([key, value]) => [String(definition.partitions?.read(key) ?? key), value as unknown]));
  const requested = new Set(keys.map(String));
  const unknown = [...values.keys()].filter((key) => !requested.has(key));
  if (unknown.length > 0) throw invalidReturn(name, `returned partitions that were not requested: ${listed(unknown)}`);
  for (const key of keys) {
    if (!values.has(String(key))) continue;
    const value = values.get(String(key));
    yield {
      definition,
      key,
      returned: result === undefined ? value : Output(value, { metadata: result.metadata, dataVersion: result.dataVersion }),
    };
  }
  const missing = [...requested].filter((key) => !values.has(key));
  if (missing.length > 0) throw invalidReturn(name, `returned no value for the partitions ${listed(missing)}`);
}

/** The outputs of a multi-asset: a record of values, or the results that a generator yields. */
export function namedOutputs(returned: unknown, request: OutputRequest): Iterable<PendingOutput> | AsyncIterable<PendingOutput> {
  return isGenerator(returned) ? yieldedOutputs(returned, request) : recordOutputs(returned, request);
}

/** Whether a function returned a generator, async or not, or another iterator over results. */
export function isGenerator(returned: unknown): returned is Yielding {
  if (typeof returned !== "object" || returned === null) return false;
  return Symbol.asyncIterator in returned || (Symbol.iterator in returned && "next" in returned);
}

type Yielding = AsyncIterable<unknown> | Iterable<unknown>;

function* recordOutputs(returned: unknown, { name, outputs, allOutputs, keys }: OutputRequest): Iterable<PendingOutput> {
  if (typeof returned !== "object" || returned === null) {
    throw invalidReturn(name, "must return a record of its outputs, or be a generator");
  }
  const record = returned as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(record).filter((key) => !allOutputs.some((output) => output.name === key));
  if (unknown.length > 0) throw invalidReturn(name, `returned unknown outputs: ${listed(unknown)}`);
  for (const definition of outputs) {
    if (!Object.hasOwn(record, definition.name)) throw missingOutput(name, definition.name);
    yield { definition, key: keys?.[0], returned: record[definition.name] };
  }
}

async function* yieldedOutputs(results: Yielding, { name, outputs, allOutputs, keys }: OutputRequest): AsyncIterable<PendingOutput> {
  const yielded = new Set<string>();
  for await (const returned of closingSoon(results)) {
    if (!isResult(returned) || returned.name === undefined) {
      throw invalidReturn(name, "must yield Output(value, { name }), Materialization({ name }) or Observation({ name })");
    }
    const definition = allOutputs.find((output) => output.name === returned.name);
    if (definition === undefined) throw invalidReturn(name, `yielded an unknown output ${JSON.stringify(returned.name)}`);
    if (yielded.has(definition.name)) throw invalidReturn(name, `yielded its output ${JSON.stringify(definition.name)} twice`);
    yielded.add(definition.name);
    if (outputs.includes(definition)) yield { definition, key: keys?.[0], returned };
  }
  const missing = outputs.find((output) => !yielded.has(output.name));
  if (missing !== undefined) throw missingOutput(name, missing.name);
}

/** How long a generator has to clean up after an error, in milliseconds. */
const cleanupMs = 5000;

/**
 * What a generator yields. When the loop over it ends early, the generator has some seconds to clean up; what it throws then is
 * ignored, because the error that ended the loop counts.
 */
async function* closingSoon(results: Yielding): AsyncGenerator<unknown, void, void> {
  const iterator = Symbol.asyncIterator in results ? results[Symbol.asyncIterator]() : results[Symbol.iterator]();
  let isEnded = false;
  try {
    while (true) {
      isEnded = true;
      const { done, value } = await iterator.next();
      if (done) return;
      isEnded = false;
      yield value;
    }
  } finally {
    if (!isEnded) await closed(iterator);
  }
}

async function closed(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, cleanupMs);
  });
  try {
    await Promise.race([iterator.return?.(), late]);
  } catch {
    // See above.
  } finally {
    clearTimeout(timer);
  }
}

/** Names for a message: the first ten. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** The error for an invalid return value of the function of `name`. */
export function invalidReturn(name: string, reason: string): EdgewaterError<"DefinitionError"> {
  return new EdgewaterError("DefinitionError", `${JSON.stringify(name)} ${reason}`, { asset: name });
}

function missingOutput(name: string, output: string): EdgewaterError<"DefinitionError"> {
  return invalidReturn(name, `returned no value for its output ${JSON.stringify(output)}`);
}
