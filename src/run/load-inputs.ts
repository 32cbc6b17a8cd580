import type { InputSpec } from "../asset/computation.ts";
import type { Definition } from "../asset/types.ts";
import { EdgewaterError, isEdgewaterError, throwIfAborted } from "../errors.ts";
import { InputContext, type LoadedObject } from "../io-handler/contexts.ts";
import { validate } from "../io-handler/type-hint.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { PartitionMap } from "../partition/partition-map.ts";
import { inputName } from "../storage/input-name.ts";
import { storageIdOf } from "../storage/storage-id.ts";
import type { Storage, StoredEvent } from "../storage/types.ts";
import { recordFinding } from "./finding.ts";
import { historyOf, latestOf, type Output } from "./look.ts";
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
    const read = spec.missing === "skip" ? loadUnlessNone : loadValue;
    return new PartitionMap(load.keys, (key) => read(request(key), environment, onLoaded), { missing: spec.missing });
  }
  if (spec.source !== undefined) return loadValue(request(load.key), environment, onLoaded);
  try {
    return await loadUnlessNone(request(load.key), environment, onLoaded);
  } catch (error) {
    // On the first run there is no earlier value. Any other error is an error.
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

/**
 * Loads a value for what can do without one. Only a value that was never made counts as none: one that is recorded and gone,
 * as after a browser has deleted its data, is an error.
 *
 * @throws `NotFound` for none, `Integrity` for one that is gone, and what `loadValue` throws
 */
export async function loadUnlessNone(request: LoadRequest, environment: LoadEnvironment, onLoaded?: OnLoaded): Promise<unknown> {
  const { source, key, spec } = request;
  try {
    return await loadValue(request, environment, onLoaded);
  } catch (error) {
    if (!isEdgewaterError(error, "NotFound") || spec?.ioHandler !== undefined) throw error;
    const recorded = await latestEvent(source, key, environment.storage);
    throw recorded?.stored === undefined ? error : goneValue({ definition: source, key }, recorded, error);
  }
}

/** How often a value is read that is replaced while it is read, or pruned. */
const mostReads = 10;

/** Loads one value through its handler, finds out which recorded value it is, and validates it against the type hint of the input. */
export async function loadValue(request: LoadRequest, environment: LoadEnvironment, onLoaded: OnLoaded = () => {}): Promise<unknown> {
  const { source, key, spec } = request;
  const output = { definition: source, key };
  for (let reads = 1; ; reads++) {
    throwIfAborted(environment.signal, { asset: source.name });
    const latest = await latestEvent(source, key, environment.storage);
    // A handler of the input loads from elsewhere, of which the records of the asset say nothing.
    const isElsewhere = spec?.ioHandler !== undefined;
    const found = await readRecorded(request, latest, environment).catch((error: unknown) =>
      isElsewhere ? Promise.reject(error) : whenMissing(error, output, latest, environment),
    );
    if (found === readAgain && reads < mostReads) continue;
    if (found === readAgain) throw replacedAgain(output);
    let read = isElsewhere
      ? latest && { dataVersion: latest.dataVersion, eventId: latest.id }
      : await provenanceOf(output, latest, found.loaded, environment);
    if (read === readAgain && reads < mostReads) continue;
    if (read === readAgain) read = latest && { dataVersion: found.loaded?.digest ?? latest.dataVersion, eventId: undefined };
    if (read !== undefined) onLoaded(key, inputName(source.name, key && String(key)), read);
    return validated(found.value, request);
  }
}

/** A value, and what its handler has registered about it. */
interface Loaded {
  readonly value: unknown;
  readonly loaded: LoadedObject | undefined;
}

/** Loads a value through its handler, which gets the record of it. */
export async function readRecorded(
  { source, key, spec, downstreamAsset }: LoadRequest,
  recorded: StoredEvent | undefined,
  { signal, log, defaultHandler, storage }: LoadEnvironment,
): Promise<Loaded> {
  const handler = spec?.ioHandler ?? source.ioHandler ?? defaultHandler;
  const context = new InputContext({
    assetName: source.name,
    downstreamAsset,
    assetMetadata: { ...source.metadata, ...spec?.metadata },
    partition: key && source.partitions && new PartitionContext({ keys: [key], definition: source.partitions }),
    typeHint: spec?.typeHint ?? source.typeHint,
    upstream: recorded && { dataVersion: recorded.dataVersion, metadata: recorded.metadata, stored: recorded.stored },
    storageId: () => storageIdOf(storage),
    signal,
    log,
  });
  const value = await handler.loadInput(context);
  return { value, loaded: context.loaded };
}

/** Checks a loaded value against the type hint of the input. */
export function validated(value: unknown, { source, key, spec, downstreamAsset }: LoadRequest): Promise<unknown> {
  const what = `value of ${JSON.stringify(source.name)} that ${JSON.stringify(downstreamAsset)} loads`;
  return validate(value, spec?.typeHint, source.name, what, key && String(key));
}

/**
 * Finds out why a recorded value was not found, and records that it is missing. With history it may have been pruned since the
 * record was read; then it is read again.
 *
 * @throws the error, `NotFound` for a value without a record, and `Integrity` for a version that is recorded and gone
 */
async function whenMissing(
  error: unknown,
  output: Output,
  latest: StoredEvent | undefined,
  environment: LoadEnvironment,
): Promise<typeof readAgain> {
  if (!isEdgewaterError(error, "NotFound")) throw error;
  if (latest === undefined && output.definition.kind !== "external") throw neverMade(output, error);
  if (latest?.stored === undefined) throw error;
  const record = await latestOf(output, environment);
  const isLatest = record?.lastMaterializationId === latest.id;
  if (historyOf(output, environment) === undefined) {
    if (isLatest) await recordFinding(output, "Missing", environment, record);
    throw error;
  }
  const now = await latestEvent(output.definition, output.key, environment.storage);
  if (now?.id !== latest.id) return readAgain;
  if (isLatest) await recordFinding(output, "Missing", environment, record);
  throw goneVersion(output, latest, error);
}

/** The error of a value that has no record and is not stored. */
function neverMade(output: Output, cause: EdgewaterError): EdgewaterError<"NotFound"> {
  const { message: found, store, key } = cause;
  const message = `Cannot load ${displayName(output)}: no materialization of it is recorded, or its records were wiped (${found}); materialize it first`;
  return new EdgewaterError("NotFound", message, { asset: output.definition.name, store, key, cause });
}

function displayName({ definition: { name }, key }: Output): string {
  return `${JSON.stringify(name)}${key === undefined ? "" : `, partition ${JSON.stringify(String(key))}`}`;
}

/** The error of a version that is recorded and not stored. */
export function goneVersion(output: Output, { id, stored }: StoredEvent, cause?: unknown): EdgewaterError<"Integrity"> {
  const { name } = output.definition;
  const message = `Cannot load ${displayName(output)}: the object ${JSON.stringify(stored?.path)} of the event ${id} is gone from its store; materialize it again, or roll back to another version`;
  return new EdgewaterError("Integrity", message, { asset: name, key: stored?.path, cause });
}

/** The error of a value that what loads it could do without, had it never been made. */
function goneValue(output: Output, { id, stored }: StoredEvent, cause: EdgewaterError): EdgewaterError<"Integrity"> {
  const { name } = output.definition;
  const message = `Cannot load ${displayName(output)}: the event ${id} records it, and it is gone from its store (${cause.message}); import or write it again, or wipe it to start without it`;
  return new EdgewaterError("Integrity", message, { asset: name, store: cause.store, key: stored?.path, cause });
}

function replacedAgain({ definition: { name } }: Output): EdgewaterError<"Conflict"> {
  const message = `Cannot load ${JSON.stringify(name)}: ${mostReads} times it was recorded anew and the version before pruned while it was read; prune with a larger keep`;
  return new EdgewaterError("Conflict", message, { asset: name });
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
