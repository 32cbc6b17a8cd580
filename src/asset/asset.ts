/**
 * Assets and tasks: what people declare.
 *
 * @module
 */
import type { BaseIOHandler } from "../io-handler/base.ts";
import { type AnyOptions, define } from "./define.ts";
import type {
  AcceptedBy,
  Asset,
  AssetContext,
  BatchOptions,
  BatchValuesOf,
  DefinitionOptions,
  Inputs,
  LoadedAs,
  OwnValue,
  Returns,
  Unwrapped,
  ValuesOf,
} from "./types.ts";

/**
 * Declares an asset whose function computes several partitions per call: inputs with the same key are maps, and the function
 * returns a map from the keys in `context.partition` to values.
 *
 * @throws `DefinitionError` for an invalid name or input, and for a handler that does not extend `BaseIOHandler`
 *
 * @example
 * ```ts
 * const prices = asset({ name: "prices", partitions: { definition: days, batch: true } }, async (_, { partition }) =>
 *   fetchPrices(partition?.keys.map(String) ?? []), // a Map<string, Price[]>
 * );
 * ```
 */
export function asset<
  const Name extends string,
  Value extends AcceptedBy<Handler>,
  // biome-ignore lint/complexity/noBannedTypes: without inputs there are no properties
  Deps extends Inputs = {},
  Handler extends BaseIOHandler = BaseIOHandler,
>(
  options: BatchOptions<Name, Deps, Handler>,
  compute: (
    inputs: BatchValuesOf<Deps>,
    context: AssetContext,
  ) => Returns<ReadonlyMap<string, Value>> | Promise<Returns<ReadonlyMap<string, Value>>>,
): Asset<LoadedAs<Handler, Value>, Name>;
/**
 * Declares an asset: its name, its inputs, and the function that computes it. The function receives the values of the inputs
 * by name and may be async. It returns the value, an `Output`, or a `Materialization` if it has stored the value itself.
 *
 * With `partitions` one call computes one partition, and `context.partitionKey` is its key. With
 * `partitions: { definition, batch: true }` one call computes several; see the other signature.
 *
 * @throws `DefinitionError` for an invalid name or input, and for a handler that does not extend `BaseIOHandler`
 *
 * @example
 * ```ts
 * const quakes = asset({ name: "quakes" }, async (_, context) => readFeed(context.signal));
 * const strong = asset({ name: "strong", inputs: { quakes } }, ({ quakes }) => quakes.filter((quake) => quake.magnitude >= 5));
 * ```
 */
export function asset<
  const Name extends string,
  Returned extends Returns<AcceptedBy<Handler> & OwnValue<Deps>>,
  // biome-ignore lint/complexity/noBannedTypes: without inputs there are no properties
  Deps extends Inputs = {},
  Handler extends BaseIOHandler = BaseIOHandler,
>(
  options: DefinitionOptions<Name, Deps, Handler>,
  compute: (inputs: ValuesOf<Deps>, context: AssetContext) => Returned | Promise<Returned>,
): Asset<LoadedAs<Handler, Unwrapped<Returned>>, Name>;
export function asset(options: AnyOptions, compute: unknown): Asset {
  return define("asset", options, compute);
}
