import type { Definition } from "../asset/types.ts";
import { orAborted } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { PartitionMap } from "../partition/partition-map.ts";
import { loadUnlessNone, loadValue } from "../run/load-inputs.ts";
import type { RepositoryContext } from "./context.ts";
import type { VersionName } from "./history/find-version.ts";
import { oneKey, severalKeys } from "./keys.ts";
import type { LoadOptions, LoadPartitionsOptions } from "./types.ts";

/** Loads one value, or several partitions as a map. @throws as `repository.load` */
export async function load(context: RepositoryContext, source: Definition, options: LoadOptions | LoadPartitionsOptions): Promise<unknown> {
  const environment = context.environment({ signal: options.signal });
  const { at } = options;
  const missing = "missing" in options ? options.missing : undefined;
  const loadLatest = missing === "skip" ? loadUnlessNone : loadValue;
  const load = at === undefined ? loadLatest : await versionLoader(at);
  const loadOne = (key: PartitionKey | undefined): Promise<unknown> =>
    orAborted(load({ source, key, spec: undefined, downstreamAsset: undefined }, environment), environment.signal, { asset: source.name });
  const loadingContext = await context.loadingContext();
  if (!("partitionKeys" in options)) return loadOne(oneKey(source, options.partitionKey, loadingContext));
  const keys = severalKeys(source, options.partitionKeys, loadingContext);
  return new PartitionMap(keys, loadOne, { missing });
}

/** Loads earlier versions instead of the newest. */
async function versionLoader(at: VersionName): Promise<typeof loadValue> {
  const { loadVersion } = await import("./later.ts");
  return (request, environment) => loadVersion(request, at, environment);
}
