import type { InputSpec } from "../asset/computation.ts";
import { digestOf } from "../io-handler/data-version.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { inputName } from "../storage/input-name.ts";
import { metadataJson } from "../storage/record-json.ts";
import { contextOf, type Output } from "./look.ts";
import type { Step } from "./plan.ts";
import type { LoadEnvironment } from "./run-environment.ts";

/** One value that an output is made from: an asset, a task, or one partition of it. */
export interface InputValue extends Output {
  readonly spec: InputSpec;
  /** Its name in `inputDataVersions` of events. */
  readonly name: string;
  /** Whether the step runs without it: an earlier value of the asset itself, or a partition that a map may skip. */
  readonly isOptional: boolean;
}

/**
 * The values that one output of a step is made from. A partition of a batch is made from the same partition of inputs with the
 * same keys.
 */
export function inputValues({ computation, loads, outputs: [own] }: Step, key: PartitionKey | undefined): readonly InputValue[] {
  const { inputs, isBatch } = computation;
  return inputs.flatMap((spec, index) => {
    const load = loads[index];
    const definition = spec.source ?? own;
    if (load === undefined || load.shape === "nothing" || definition === undefined) return [];
    const hasSameKeys = isBatch && spec.source?.partitions !== undefined && spec.partitionMapping === undefined;
    const keys = hasSameKeys ? [key] : load.shape === "map" ? load.keys : [load.key];
    const isOptional = spec.source === undefined || (load.shape === "map" && spec.missing === "skip");
    return keys.map((each) => ({
      spec,
      definition,
      key: each,
      name: inputName(definition.name, each && String(each)),
      isOptional,
    }));
  });
}

/**
 * The digest of everything that an output is made from: the code version, the declared metadata, the handler and where it
 * writes, the name, the partition and its span of time, and the data versions of the inputs. Secrets are not part of it. Undefined when that is not
 * known: the output declares no code version, or its handler has no `identity`.
 *
 * @param versionOf the data version of an input by its name in events; undefined for an empty one
 */
export async function fingerprintOf(
  step: Step,
  output: Output,
  versionOf: (name: string) => string | undefined,
  environment: LoadEnvironment,
): Promise<string | undefined> {
  const { definition, key } = output;
  const handler = definition.ioHandler ?? environment.defaultHandler;
  if (definition.codeVersion === undefined || handler.identity === undefined) return undefined;
  const inputs = inputValues(step, key).map(({ spec, name }) => [spec.name, name, versionOf(name) ?? null] as const);
  const declared = step.computation.inputs.map(({ name, metadata, missing, partitionMapping }) => {
    return [name, metadataJson(metadata), missing, partitionMapping?.kind ?? null];
  });
  const parts = [
    definition.codeVersion,
    metadataJson(definition.metadata),
    handler.identity(contextOf(output, undefined, environment)),
    definition.name,
    key?.toJSON() ?? null,
    (key && definition.partitions?.timeWindow(key)) ?? null,
    declared.map((each) => JSON.stringify(each)).sort(),
    inputs.map((each) => JSON.stringify(each)).sort(),
  ];
  return digestOf(new TextEncoder().encode(JSON.stringify(parts)));
}
