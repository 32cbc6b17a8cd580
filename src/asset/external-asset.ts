import { EdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { type Collect, collectOne, wrong } from "./collect.ts";
import { define } from "./define.ts";
import { isResult, type Observation } from "./result.ts";
import type { AssetContext, DefinitionOptions, ExternalAsset } from "./types.ts";

/** How an external asset is declared: it has a handler, because something else wrote it, and no inputs. */
export type ExternalAssetOptions = Omit<DefinitionOptions<string, Record<never, never>, BaseIOHandler>, "inputs" | "ioHandler"> & {
  readonly ioHandler: BaseIOHandler;
};

/**
 * Declares data that something else makes: its handler loads it for whoever takes it as an input, and nothing here ever
 * writes it. The function, when there is one, looks at it and says which version it has: `repository.observe()` calls it.
 *
 * @throws `DefinitionError` for a bad name, or without a handler
 *
 * @example
 * ```ts
 * const feed = externalAsset<Feed>({ name: "feed", ioHandler: new FeedIOHandler() }, async ({ signal }) =>
 *   Observation({ dataVersion: await etagOf(FEED, signal) }),
 * );
 * ```
 */
export function externalAsset<Value = unknown>(
  options: ExternalAssetOptions,
  observe?: (context: AssetContext) => Observation | Promise<Observation>,
): ExternalAsset<Value> {
  if (options.ioHandler === undefined) {
    throw new EdgewaterError("DefinitionError", `The external asset ${JSON.stringify(options.name)} needs an IO handler that loads it`, {
      asset: options.name,
      field: "ioHandler",
    });
  }
  const compute = observe && ((_: unknown, context: AssetContext) => observe(context));
  return define("external", options, compute, collectObservation) as ExternalAsset<Value>;
}

const collectObservation: Collect = (returned, wanted) => {
  if (isResult(returned) && returned.result === "Observation") return collectOne(returned, wanted);
  throw wrong(wanted.name, "is an external asset: its function must return an Observation");
};
