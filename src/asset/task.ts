import type { BaseIOHandler } from "../io-handler/base.ts";
import { define } from "./define.ts";
import type {
  AcceptedBy,
  AssetContext,
  DefinitionOptions,
  Inputs,
  LoadedAs,
  OwnValue,
  Returns,
  Task,
  Unwrapped,
  ValuesOf,
} from "./types.ts";

/**
 * Declares a task: a function with the same IO as an asset, whose output is not an asset. It runs when an asset that has it as
 * an input runs.
 *
 * @throws `DefinitionError` for an invalid name or input, and for a handler that does not extend `BaseIOHandler`
 *
 * @example
 * ```ts
 * const clean = task({ name: "clean", inputs: { feed } }, ({ feed }) => feed.features.map(toQuake));
 * const quakes = asset({ name: "quakes", inputs: { clean } }, ({ clean }) => clean.filter(isComplete));
 * ```
 */
export function task<
  const Name extends string,
  Returned extends Returns<AcceptedBy<Handler> & OwnValue<Deps>>,
  // biome-ignore lint/complexity/noBannedTypes: without inputs there are no properties
  Deps extends Inputs = {},
  Handler extends BaseIOHandler = BaseIOHandler,
>(
  options: DefinitionOptions<Name, Deps, Handler>,
  compute: (inputs: ValuesOf<Deps>, context: AssetContext) => Returned | Promise<Returned>,
): Task<LoadedAs<Handler, Unwrapped<Returned>>, Name> {
  return define("task", options, compute) as Task<LoadedAs<Handler, Unwrapped<Returned>>, Name>;
}
