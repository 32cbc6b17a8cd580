import { EdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { aPlainObject, checkValue, required } from "../options.ts";
import { define } from "./define.ts";
import { invalidReturn, type SplitOutputs, singleOutput } from "./outputs.ts";
import { isResult, type Observation } from "./result.ts";
import type { AssetContext, DefinitionOptions, ExternalAsset } from "./types.ts";

/** Options of {@link externalAsset}. It needs a handler that loads it, and has no inputs. */
export type ExternalAssetOptions = Omit<
  DefinitionOptions<string, Record<never, never>, BaseIOHandler>,
  "inputs" | "ioHandler" | "skipUnchanged"
> & {
  /** Loads the value. */
  readonly ioHandler: BaseIOHandler;
};

/**
 * Declares data that another program writes. Its handler loads it as an input; the repository never writes it. The optional
 * function, called by `repository.observe()`, returns an `Observation` of its current version.
 *
 * @throws `DefinitionError` for an invalid name, and without a handler
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
  checkValue("externalAsset", "options", options, required(aPlainObject), "DefinitionError");
  if (options.ioHandler === undefined) {
    throw new EdgewaterError(
      "DefinitionError",
      `The external asset ${JSON.stringify(options.name) ?? ""} needs an IO handler; pass ioHandler`,
      {
        asset: options.name,
        field: "ioHandler",
      },
    );
  }
  const compute = observe && ((_: unknown, context: AssetContext) => observe(context));
  return define("external", options, compute, observationOutput) as ExternalAsset<Value>;
}

const observationOutput: SplitOutputs = (returned, request) => {
  if (isResult(returned) && returned.result === "Observation") return singleOutput(returned, request);
  throw invalidReturn(request.name, "is an external asset; its function must return an Observation");
};
