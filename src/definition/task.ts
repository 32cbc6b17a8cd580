import type { BaseIOHandler } from "../io-handler/base.ts";
import { define } from "./define.ts";
import type { AcceptedBy, Compute, DefinitionOptions, Inputs, LoadedAs, Task } from "./types.ts";

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
  Value extends AcceptedBy<Handler>,
  // biome-ignore lint/complexity/noBannedTypes: no inputs are no properties
  Chosen extends Inputs = {},
  Handler extends BaseIOHandler = BaseIOHandler,
>(options: DefinitionOptions<Name, Chosen, Handler>, compute: Compute<Chosen, Value>): Task<LoadedAs<Handler, Value>, Name> {
  return define("task", options, compute) as Task<LoadedAs<Handler, Value>, Name>;
}
