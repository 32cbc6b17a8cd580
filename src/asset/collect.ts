import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { isResult, Output } from "./result.ts";
import type { Definition } from "./types.ts";

/** What one call of a function is to make. */
export interface Wanted {
  /** The asset, task or multi-asset. */
  readonly name: string;
  /** Those of its outputs that are wanted, of all that it has. */
  readonly outputs: readonly Definition[];
  readonly allOutputs: readonly Definition[];
  /** The partitions that are made; undefined without partitions. */
  readonly keys: readonly PartitionKey[] | undefined;
}

/** One output of a call. */
export interface Collected {
  readonly definition: Definition;
  readonly key: PartitionKey | undefined;
  /** A value, or a result that wraps one. */
  readonly returned: unknown;
}

/**
 * Takes what a function returned apart into its outputs, in the order in which they are to be committed. Raises
 * `DefinitionError` for what it should not have returned, as soon as that is seen: what came before stays.
 */
export type Collect = (returned: unknown, wanted: Wanted) => Iterable<Collected> | AsyncIterable<Collected>;

/** The one output of an asset or a task. */
export const collectOne: Collect = (returned, { outputs: [definition], keys }) =>
  definition ? [{ definition, key: keys?.[0], returned }] : [];

/** A map has a value for every partition of the step, and for no other: that is seen before anything is committed. */
export function* collectPartitions(returned: unknown, { name, outputs: [definition], keys = [] }: Wanted): Iterable<Collected> {
  if (definition === undefined) return;
  const result = isResult(returned) ? returned : undefined;
  if (result !== undefined && result.result !== "Output") {
    for (const key of keys) yield { definition, key, returned: result };
    return;
  }
  const map = result === undefined ? returned : result.value;
  if (!(map instanceof Map)) throw wrong(name, "makes several partitions at once and must return a Map from their keys");
  const values = new Map([...map].map(([key, value]) => [String(definition.partitions?.read(key) ?? key), value as unknown]));
  const wanted = new Set(keys.map(String));
  const unknown = [...values.keys()].filter((key) => !wanted.has(key));
  if (unknown.length > 0) throw wrong(name, `returned partitions that were not asked for: ${unknown.join(", ")}`);
  for (const key of keys) {
    if (!values.has(String(key))) continue;
    const value = values.get(String(key));
    yield {
      definition,
      key,
      returned: result === undefined ? value : Output(value, { metadata: result.metadata, dataVersion: result.dataVersion }),
    };
  }
  const missing = [...wanted].filter((key) => !values.has(key));
  if (missing.length > 0) throw wrong(name, `returned no value for the partitions ${missing.join(", ")}`);
}

/** The error for what a function should not have returned. */
export function wrong(name: string, message: string): EdgewaterError<"DefinitionError"> {
  return new EdgewaterError("DefinitionError", `${JSON.stringify(name)} ${message}`, { asset: name });
}
