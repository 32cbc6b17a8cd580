import type { InputSpec } from "../asset/computation.ts";
import type { Definition } from "../asset/types.ts";
import { isEdgewaterError, throwIfAborted } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { InputContext, type Log } from "../io-handler/contexts.ts";
import { validate } from "../io-handler/type-hint.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { Storage, StoredEvent } from "../storage/types.ts";
import type { Load } from "./plan.ts";

/** What loading needs of a run and its repository. */
export interface LoadEnvironment {
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly storage: Storage;
  /** Where what has no handler of its own is written. */
  readonly defaultHandler: BaseIOHandler;
}

/** One value to load: what, which partition, for whom. */
export interface Request {
  readonly source: Definition;
  readonly key: PartitionKey | undefined;
  /** How the one who loads it declares it; undefined for a load from outside a run. */
  readonly spec: InputSpec | undefined;
  readonly downstreamAsset: string | undefined;
}

/** Told which version of what was loaded, under the name that events have for it. */
export type OnLoaded = (name: string, dataVersion: string) => void;

/** What events call an input, or one of its partitions. */
export function inputName(name: string, key: PartitionKey | undefined): string {
  return key === undefined ? name : `${name}[${key}]`;
}

/** Loads what a step takes under one name: a value, a map of partitions, or undefined. */
export async function loadInput(
  load: Load,
  spec: InputSpec,
  own: Definition,
  downstreamAsset: string,
  environment: LoadEnvironment,
  onLoaded: OnLoaded,
): Promise<unknown> {
  const source = spec.source ?? own;
  const request = (key: PartitionKey | undefined): Request => ({ source, key, spec, downstreamAsset });
  if (load.shape === "nothing") return undefined;
  if (load.shape === "map") {
    const { loadPartitions } = await import("./load-partitions.ts");
    return loadPartitions(load.keys, spec.missing, (key) => loadValue(request(key), environment, onLoaded));
  }
  if (spec.source !== undefined) return loadValue(request(load.key), environment, onLoaded);
  try {
    return await loadValue(request(load.key), environment, onLoaded);
  } catch (error) {
    // The first time there is no earlier value. Any other error is one: a lost connection is no first time.
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** Loads one value through its handler, and checks it against the type hint of the one who wants it. */
export async function loadValue(
  { source, key, spec, downstreamAsset }: Request,
  environment: LoadEnvironment,
  onLoaded: OnLoaded = () => {},
): Promise<unknown> {
  const { signal, log, storage, defaultHandler } = environment;
  throwIfAborted(signal, { asset: source.name });
  const latest = await latestOf(source, key, storage);
  const context = new InputContext({
    assetName: source.name,
    downstreamAsset,
    assetMetadata: { ...source.metadata, ...spec?.metadata },
    partition: key && source.partitions && new PartitionContext({ keys: [key], definition: source.partitions }),
    typeHint: spec?.typeHint ?? source.typeHint,
    upstream: latest && { dataVersion: latest.dataVersion, metadata: latest.metadata },
    signal,
    log,
  });
  const handler = spec?.ioHandler ?? source.ioHandler ?? defaultHandler;
  const value = await handler.loadInput(context);
  if (latest !== undefined) onLoaded(inputName(source.name, key), latest.dataVersion);
  return validate(
    value,
    spec?.typeHint,
    source.name,
    `value of ${JSON.stringify(source.name)} that ${JSON.stringify(downstreamAsset)} loads`,
  );
}

/** What is known of a value: its materialization, or the last look at what something else makes. */
async function latestOf(
  { name, kind }: Definition,
  partition: PartitionKey | undefined,
  storage: Storage,
): Promise<StoredEvent | undefined> {
  if (kind !== "external") return storage.getLatestMaterialization(name, partition);
  const [latest] = await storage.getEventsForAsset(name, { limit: 1, ...(partition ? { partition } : {}) });
  return latest;
}
