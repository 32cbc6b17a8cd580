import { EdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import type { PartitionsDefinition } from "../partition/partitions-definition.ts";
import { checkRetryPolicy, type RetryPolicy } from "../retry.ts";
import { collectSeveral } from "./collect-several.ts";
import { type Computation, standsFor } from "./computation.ts";
import { checkCompute, describe, inputSpecs, partitionsOf } from "./define.ts";
import { checkName } from "./name.ts";
import type { Materialization, Observation, Output } from "./result.ts";
import type { Asset, AssetContext, DescriptionOptions, Inputs, LoadedAs, MultiAsset, Unwrapped, ValuesOf } from "./types.ts";

/** What is said of each output, by its name: the name of an asset. */
export type OutputsOptions = Readonly<Record<string, DescriptionOptions<BaseIOHandler>>>;

export interface MultiAssetOptions<Outputs extends OutputsOptions, Chosen extends Inputs> {
  /** Names the function, in messages and selections. */
  readonly name: string;
  readonly outputs: Outputs;
  readonly inputs?: Chosen;
  /** For every output without a handler of its own. */
  readonly ioHandler?: BaseIOHandler;
  /** The partitions of every output. */
  readonly partitions?: PartitionsDefinition;
  readonly retry?: RetryPolicy;
}

/** A record of all outputs at once, or one by one as they are ready. */
export type MultiReturns<Outputs> =
  | { readonly [Name in keyof Outputs]: unknown }
  | AsyncGenerator<
      Output<unknown, keyof Outputs & string> | Materialization<keyof Outputs & string> | Observation<keyof Outputs & string>,
      void,
      void
    >;

type OutputValue<Returned, Name extends string> =
  Returned extends AsyncGenerator<infer Yielded, unknown, unknown>
    ? Yielded extends Output<infer Value, Name>
      ? Value
      : never
    : Name extends keyof Returned
      ? Unwrapped<Returned[Name]>
      : never;

/**
 * Declares several assets that one function makes. The function returns a record with a value for each of them, or is an
 * async generator that yields each as `Output(value, { name })`, which is then written and recorded at once: when a later
 * one fails, the earlier ones stay. Each output is an asset of its own under `outputs`, for others to take as an input.
 *
 * @throws `DefinitionError` for a bad name, no outputs, an input that is none, or a handler that does not extend
 *   `BaseIOHandler`
 *
 * @example
 * ```ts
 * const halves = multiAsset({ name: "halves", outputs: { north: {}, south: {} }, inputs: { quakes } }, async function* ({ quakes }) {
 *   yield Output(quakes.filter(({ latitude }) => latitude >= 0), { name: "north" });
 *   yield Output(quakes.filter(({ latitude }) => latitude < 0), { name: "south" });
 * });
 * const report = asset({ name: "report", inputs: { north: halves.outputs.north } }, ({ north }) => north.length);
 * ```
 */
export function multiAsset<
  const Outputs extends OutputsOptions,
  Returned extends MultiReturns<Outputs>,
  // biome-ignore lint/complexity/noBannedTypes: no inputs are no properties
  Chosen extends Inputs = {},
>(
  options: MultiAssetOptions<Outputs, Chosen>,
  compute: (inputs: ValuesOf<Chosen>, context: AssetContext) => Returned | Promise<Returned>,
): MultiAsset<{
  readonly [Name in keyof Outputs & string]: Asset<LoadedAs<Outputs[Name]["ioHandler"], OutputValue<Returned, Name>>, Name>;
}> {
  const { name, outputs, inputs = {}, ioHandler, retry } = options;
  checkName(name, "asset");
  const owner = `multi-asset ${JSON.stringify(name)}`;
  checkCompute(compute, name, owner);
  checkRetryPolicy(retry, owner, "DefinitionError");
  const { definition: partitions, batch } = partitionsOf(options.partitions, owner);
  if (batch)
    throw new EdgewaterError("DefinitionError", `The ${owner} cannot make several partitions at once`, {
      asset: name,
      field: "partitions",
    });
  const definitions: Asset[] = [];
  const computation: Computation = Object.freeze({
    kind: "multi",
    name,
    outputs: definitions,
    inputs: inputSpecs(inputs, name, owner, false),
    partitions,
    isBatch: false,
    retry,
    collect: collectSeveral,
    compute: compute as unknown as Computation["compute"],
  });
  for (const [output, said] of Object.entries(outputs)) {
    checkName(output, "asset");
    const description = describe({ ...said, ioHandler: said.ioHandler ?? ioHandler }, `output ${JSON.stringify(output)} of the ${owner}`);
    definitions.push(standsFor({ kind: "asset", name: output, partitions, ...description }, computation));
  }
  if (definitions.length === 0)
    throw new EdgewaterError("DefinitionError", `The ${owner} has no outputs`, { asset: name, field: "outputs" });
  Object.freeze(definitions);
  const made: MultiAsset = {
    kind: "multi",
    name,
    outputs: Object.freeze(Object.fromEntries(definitions.map((output) => [output.name, output]))),
  };
  return standsFor(made, computation) as never;
}
