import { EdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { aBoolean, aDuration, anyValue, aPlainObject, checkOptions, checkValue, type OptionKinds, required } from "../options.ts";
import type { PartitionsDefinition } from "../partition/partitions-definition.ts";
import { checkRetryPolicy, type RetryPolicy } from "../retry.ts";
import { bindComputation, type Computation } from "./computation.ts";
import { anExecutor, checkCompute, checkName, describe, descriptionKinds, inputSpecs, partitionsOf } from "./define.ts";
import { namedOutputs } from "./outputs.ts";
import type { Materialization, Observation, Output } from "./result.ts";
import type { Asset, AssetContext, AssetExecutor, DescriptionOptions, Inputs, LoadedAs, MultiAsset, Unwrapped, ValuesOf } from "./types.ts";

/** The description of each output by its name, which is the name of an asset. */
export type OutputsOptions = Readonly<Record<string, DescriptionOptions<BaseIOHandler>>>;

/** Options of {@link multiAsset}. */
export interface MultiAssetOptions<Outputs extends OutputsOptions, Deps extends Inputs> {
  /** The name of the function in messages and selections. */
  readonly name: string;
  /** The outputs, by name. */
  readonly outputs: Outputs;
  /** The inputs, by their names in the function. */
  readonly inputs?: Deps;
  /** The handler of every output without its own. */
  readonly ioHandler?: BaseIOHandler;
  /** The partitions of every output. */
  readonly partitions?: PartitionsDefinition;
  /** The retries of the step. */
  readonly retry?: RetryPolicy;
  /** The time that the step has, in milliseconds, see `DefinitionOptions`. */
  readonly timeoutMs?: number | undefined;
  /** Whether the step is skipped when nothing has changed for any of its outputs, see `DefinitionOptions`. */
  readonly skipUnchanged?: boolean | undefined;
  /** Where its step runs, see `DefinitionOptions`. */
  readonly executor?: AssetExecutor | undefined;
}

const kinds: OptionKinds<MultiAssetOptions<OutputsOptions, Inputs>> = {
  name: anyValue,
  outputs: /* @__PURE__ */ required(aPlainObject),
  inputs: aPlainObject,
  ioHandler: anyValue,
  partitions: anyValue,
  retry: anyValue,
  timeoutMs: aDuration,
  skipUnchanged: aBoolean,
  executor: anExecutor,
};

/** The return value of the function: a record of all outputs, or an generator of results, async or not. */
export type MultiReturns<Outputs> =
  | { readonly [Name in keyof Outputs]: unknown }
  | AsyncGenerator<Yields<Outputs>, void, void>
  | Generator<Yields<Outputs>, void, void>;

type Yields<Outputs> =
  | Output<unknown, keyof Outputs & string>
  | Materialization<keyof Outputs & string>
  | Observation<keyof Outputs & string>;

type OutputValue<Returned, Name extends string> = Returned extends
  | AsyncGenerator<infer Yielded, unknown, unknown>
  | Generator<infer Yielded, unknown, unknown>
  ? Yielded extends Output<infer Value, Name>
    ? Value
    : never
  : Name extends keyof Returned
    ? Unwrapped<Returned[Name]>
    : never;

/**
 * Declares several assets that one function computes. The function returns a record with a value for each output, or is an
 * generator, async or not, that yields each as `Output(value, { name })`. A yielded output is written and recorded at once; it stays
 * when a later one fails. Each output is an asset under `outputs` and can be an input of others.
 *
 * @throws `DefinitionError` for an invalid name, no outputs, an invalid input, or a handler that does not extend
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
  // biome-ignore lint/complexity/noBannedTypes: without inputs there are no properties
  Deps extends Inputs = {},
>(
  options: MultiAssetOptions<Outputs, Deps>,
  compute: (inputs: ValuesOf<Deps>, context: AssetContext) => Returned | Promise<Returned>,
): MultiAsset<{
  readonly [Name in keyof Outputs & string]: Asset<LoadedAs<Outputs[Name]["ioHandler"], OutputValue<Returned, Name>>, Name>;
}> {
  checkValue("multiAsset", "options", options, required(aPlainObject), "DefinitionError");
  const { name, outputs, inputs = {}, ioHandler, retry, timeoutMs, skipUnchanged = false, executor } = options;
  checkName(name, "asset");
  const owner = `multi-asset ${JSON.stringify(name)}`;
  checkOptions(`multiAsset ${JSON.stringify(name)}`, options, kinds, "DefinitionError", { asset: name });
  checkCompute(compute, name, owner);
  checkRetryPolicy(retry, owner, "DefinitionError");
  const { definition: partitions, batch } = partitionsOf(options.partitions, owner);
  if (batch)
    throw new EdgewaterError("DefinitionError", `Cannot use batch: true for the ${owner}`, {
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
    timeoutMs,
    skipUnchanged,
    executor,
    splitOutputs: namedOutputs,
    compute: compute as unknown as Computation["compute"],
  });
  for (const [output, options] of Object.entries(outputs)) {
    checkName(output, "asset");
    checkOptions(`output ${JSON.stringify(output)} of multiAsset ${JSON.stringify(name)}`, options, descriptionKinds, "DefinitionError");
    const description = describe(
      { ...options, ioHandler: options.ioHandler ?? ioHandler },
      `output ${JSON.stringify(output)} of the ${owner}`,
    );
    definitions.push(bindComputation({ kind: "asset", name: output, partitions, ...description }, computation));
  }
  if (definitions.length === 0)
    throw new EdgewaterError("DefinitionError", `The ${owner} has no outputs; declare at least one`, { asset: name, field: "outputs" });
  Object.freeze(definitions);
  const multi: MultiAsset = {
    kind: "multi",
    name,
    outputs: Object.freeze(Object.fromEntries(definitions.map((output) => [output.name, output]))),
  };
  return bindComputation(multi, computation) as never;
}
