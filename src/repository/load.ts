import type { Definition } from "../asset/types.ts";
import { orAborted } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { PartitionMap } from "../partition/partition-map.ts";
import { loadUnlessNone, loadValue } from "../run/load-inputs.ts";
import type { RepositoryContext } from "./context.ts";
import { loadVersion } from "./history/load-version.ts";
import { oneKey, severalKeys } from "./keys.ts";
import type { LoadOptions, LoadPartitionsOptions } from "./types.ts";

/** Loads one value, or several partitions as a map. @throws as `repository.load` */
export async function load(context: RepositoryContext, source: Definition, options: LoadOptions | LoadPartitionsOptions): Promise<unknown> {
  const environment = context.environment({ signal: options.signal });
  const { at } = options;
  const missing = "missing" in options ? options.missing : undefined;
  const loadLatest = missing === "skip" ? loadUnlessNone : loadValue;
  const loadOne = (key: PartitionKey | undefined): Promise<unknown> => {
    const request = { source, key, spec: undefined, downstreamAsset: undefined };
    const loading = at === undefined ? loadLatest(request, environment) : loadVersion(request, at, environment);
    return orAborted(loading, environment.signal, { asset: source.name });
  };
  const loadingContext = await context.loadingContext();
  if (!("partitionKeys" in options)) return loadOne(oneKey(source, options.partitionKey, loadingContext));
  const keys = severalKeys(source, options.partitionKeys, loadingContext);
  return new PartitionMap(keys, loadOne, { missing });
}
