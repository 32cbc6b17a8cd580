import type { BaseIOHandler } from "../io-handler/base.ts";
import { define } from "./define.ts";
import type { AcceptedBy, Asset, Compute, DefinitionOptions, Inputs, LoadedAs } from "./types.ts";

/**
 * Declares an asset: a name, the inputs it is made from, and the function that makes it. The function gets the inputs'
 * values by the names given here and may be async. Declaring does nothing else.
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
>(options: DefinitionOptions<Name, Chosen, Handler>, compute: Compute<Chosen, Value>): Asset<LoadedAs<Handler, Value>, Name> {
  return define("asset", options, compute) as Asset<LoadedAs<Handler, Value>, Name>;
}
