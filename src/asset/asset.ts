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
 * Declares an asset: a name, the inputs it is made from, and the function that makes it. The function gets the inputs'
 * values by the names given here and may be async; it returns the value, or an `Output`, or a `Materialization` when it
 * has stored what it made itself. Declaring does nothing else.
 *
 * With `partitions: { definition, batch: true }` the function makes several partitions in one step: it gets its inputs by
 * the same key as maps, and returns a map from the keys in `context.partition` to their values.
 *
 * @throws `DefinitionError` for a bad name, an input that is none, or a handler that does not extend `BaseIOHandler`
 *
 * @example
 * ```ts
 * const quakes = asset({ name: "quakes" }, async (_, context) => readFeed(context.signal));
 * const strong = asset({ name: "strong", inputs: { quakes } }, ({ quakes }) => quakes.filter((quake) => quake.magnitude >= 5));
 * ```
 */
export function asset<
  const Name extends string,
  Value extends AcceptedBy<Handler>,
  // biome-ignore lint/complexity/noBannedTypes: no inputs are no properties
  Chosen extends Inputs = {},
  Handler extends BaseIOHandler = BaseIOHandler,
>(
  options: BatchOptions<Name, Chosen, Handler>,
  compute: (
    inputs: BatchValuesOf<Chosen>,
    context: AssetContext,
  ) => Returns<ReadonlyMap<string, Value>> | Promise<Returns<ReadonlyMap<string, Value>>>,
): Asset<LoadedAs<Handler, Value>, Name>;
export function asset<
  const Name extends string,
  Returned extends Returns<AcceptedBy<Handler> & OwnValue<Chosen>>,
  // biome-ignore lint/complexity/noBannedTypes: no inputs are no properties
  Chosen extends Inputs = {},
  Handler extends BaseIOHandler = BaseIOHandler,
>(
  options: DefinitionOptions<Name, Chosen, Handler>,
  compute: (inputs: ValuesOf<Chosen>, context: AssetContext) => Returned | Promise<Returned>,
): Asset<LoadedAs<Handler, Unwrapped<Returned>>, Name>;
export function asset(options: AnyOptions, compute: unknown): Asset {
  return define("asset", options, compute);
}
