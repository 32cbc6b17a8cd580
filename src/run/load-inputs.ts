import type { InputSpec } from "../asset/computation.ts";
import type { Definition } from "../asset/types.ts";
import { isEdgewaterError, throwIfAborted } from "../errors.ts";
import { InputContext } from "../io-handler/contexts.ts";
import { validate } from "../io-handler/type-hint.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { PartitionMap } from "../partition/partition-map.ts";
import { inputName } from "../storage/input-name.ts";
import type { Storage, StoredEvent } from "../storage/types.ts";
import { recordFinding } from "./finding.ts";
import { latestOf, type Output } from "./look.ts";
import type { Load } from "./plan.ts";
import { provenanceOf, type Read, readAgain } from "./provenance.ts";
import type { LoadEnvironment } from "./run-environment.ts";

/** One value to load. */
export interface LoadRequest {
  /** The asset or task. */
  readonly source: Definition;
  /** The partition; undefined without partitions. */
  readonly key: PartitionKey | undefined;
  /** The input that declares the load; undefined for a load outside a run. */
  readonly spec: InputSpec | undefined;
  /** The asset that takes the input; undefined for a load outside a run. */
  readonly downstreamAsset: string | undefined;
}

/** Called with every loaded value: its partition, its name in `inputDataVersions` of events, and which recorded value it is. */
export type OnLoaded = (key: PartitionKey | undefined, name: string, read: Read) => void;

/** Loads one input of a step: a value, a map of partitions that loads each when it is read, or undefined. */
export async function loadInput(
  load: Load,
  spec: InputSpec,
  own: Definition,
  downstreamAsset: string,
  environment: LoadEnvironment,
  onLoaded: OnLoaded,
): Promise<unknown> {
  const source = spec.source ?? own;
  const request = (key: PartitionKey | undefined): LoadRequest => ({ source, key, spec, downstreamAsset });
  if (load.shape === "nothing") return undefined;
  if (load.shape === "map") {
    return new PartitionMap(load.keys, (key) => loadValue(request(key), environment, onLoaded), { missing: spec.missing });
  }
  if (spec.source !== undefined) return loadValue(request(load.key), environment, onLoaded);
  try {
    return await loadValue(request(load.key), environment, onLoaded);
  } catch (error) {
    // On the first run there is no earlier value. Any other error is an error.
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** How often a value is read that is replaced while it is read. */
const mostReads = 4;

/** Loads one value through its handler, finds out which recorded value it is, and validates it against the type hint of the input. */
export async function loadValue(
  { source, key, spec, downstreamAsset }: LoadRequest,
  environment: LoadEnvironment,
  onLoaded: OnLoaded = () => {},
): Promise<unknown> {
  const { signal, log, storage, defaultHandler } = environment;
  const output = { definition: source, key };
  const handler = spec?.ioHandler ?? source.ioHandler ?? defaultHandler;
  for (let reads = 1; ; reads++) {
    throwIfAborted(signal, { asset: source.name });
    const latest = await latestEvent(source, key, storage);
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
    // A handler of the input loads from elsewhere, of which the records of the asset say nothing.
    const isElsewhere = spec?.ioHandler !== undefined;
    const value = await loadOrRecordMissing(() => handler.loadInput(context), output, isElsewhere ? undefined : latest, environment);
    let read = isElsewhere
      ? latest && { dataVersion: latest.dataVersion, eventId: latest.id }
      : await provenanceOf(output, latest, context.loaded, environment);
    if (read === readAgain && reads < mostReads) continue;
    if (read === readAgain) read = latest && { dataVersion: context.loaded?.digest ?? latest.dataVersion, eventId: undefined };
    if (read !== undefined) onLoaded(key, inputName(source.name, key && String(key)), read);
    const what = `value of ${JSON.stringify(source.name)} that ${JSON.stringify(downstreamAsset)} loads`;
    return validate(value, spec?.typeHint, source.name, what);
  }
}

/** Loads a value. Records that it is missing when it was recorded and is not stored. */
async function loadOrRecordMissing(
  load: () => unknown,
  output: Output,
  latest: StoredEvent | undefined,
  environment: LoadEnvironment,
): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    if (latest?.stored !== undefined && isEdgewaterError(error, "NotFound")) {
      const record = await latestOf(output, environment);
      if (record?.lastMaterializationId === latest.id) await recordFinding(output, "Missing", environment, record);
    }
    throw error;
  }
}

/** The last materialization; for an external asset the last event, because its observations describe its data. */
async function latestEvent(
  { name, kind }: Definition,
  partition: PartitionKey | undefined,
  storage: Storage,
): Promise<StoredEvent | undefined> {
  if (kind !== "external") return storage.getLatestMaterialization(name, partition);
  const [latest] = await storage.getEventsForAsset(name, { limit: 1, ...(partition ? { partition } : {}) });
  return latest;
}
