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
 * Declares a task: like an asset, with the same IO, but its output is not an asset of its own. A task runs whenever an
 * asset that takes it as an input does.
 *
 * @throws `DefinitionError` for a bad name, an input that is none, or a handler that does not extend `BaseIOHandler`
 *
 * @example
 * ```ts
 * const clean = task({ name: "clean", inputs: { feed } }, ({ feed }) => feed.features.map(toQuake));
 * const quakes = asset({ name: "quakes", inputs: { clean } }, ({ clean }) => clean.filter(isComplete));
 * ```
 */
export function task<
  const Name extends string,
  Returned extends Returns<AcceptedBy<Handler> & OwnValue<Chosen>>,
  // biome-ignore lint/complexity/noBannedTypes: no inputs are no properties
  Chosen extends Inputs = {},
  Handler extends BaseIOHandler = BaseIOHandler,
>(
  options: DefinitionOptions<Name, Chosen, Handler>,
  compute: (inputs: ValuesOf<Chosen>, context: AssetContext) => Returned | Promise<Returned>,
): Task<LoadedAs<Handler, Unwrapped<Returned>>, Name> {
  return define("task", options, compute) as Task<LoadedAs<Handler, Unwrapped<Returned>>, Name>;
}
