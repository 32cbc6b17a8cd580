import type { Definition } from "../asset/types.ts";
import { isEdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { InputContext, type LoadedMaterialization } from "../io-handler/contexts.ts";
import { uniqueVersion } from "../io-handler/data-version.ts";
import type { InspectOptions, StoredValue, ValueHistory } from "../io-handler/handler.ts";
import { storeOf } from "../io-handler/stored-in.ts";
import { MetadataValue } from "../metadata/metadata-value.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { decodeIntent, type Intent, intentKey, intentPrefix, writeIdOf } from "../storage/intent.ts";
import { storageIdOf } from "../storage/storage-id.ts";
import type { Batch, LatestRecord, Place, Precondition, StoredEvent } from "../storage/types.ts";
import type { LoadEnvironment } from "./run-environment.ts";

/** One output: an asset or a task, or one of its partitions. */
export interface Output {
  readonly definition: Definition;
  readonly key: PartitionKey | undefined;
}

/** What a look at the store of an output found, compared with its latest record. */
export type Look =
  /** The recorded value; or what cannot be told from it. */
  | { readonly found: "recorded"; readonly stored: StoredValue | undefined }
  /** Nothing, although a value was recorded; or nothing at all. */
  | { readonly found: "nothing" }
  /** A value that a run has announced and not recorded. */
  | { readonly found: "announced"; readonly stored: StoredValue; readonly announced: Announced }
  /** A value that nobody has announced: a file that was edited or copied by hand, a value of deleted records. */
  | { readonly found: "unknown"; readonly stored: StoredValue }
  /** Another run has recorded the output while the store was looked at: look again, with the new record. */
  | { readonly found: "overtaken" };

/** An intent with the bytes that it is stored as. */
interface Announced {
  readonly writeId: string;
  readonly intent: Intent;
  readonly bytes: Uint8Array;
}

/** How a batch is committed: by the owner of a run, or by anybody. */
type Commit = (batch: Batch) => Promise<readonly StoredEvent[]>;

/** The place of an output in the records. */
export function placeOf({ definition, key }: Output): Place {
  return { assetKey: definition.name, partition: key };
}

/** The precondition that an output was not recorded since its latest record was read. */
export function isStillLatest({ definition, key }: Output, latest: Pick<LatestRecord, "lastMaterializationId"> | undefined): Precondition {
  return { latest: definition.name, ...(key && { partition: key }), is: latest?.lastMaterializationId };
}

/** Reads the latest record of an output. */
export async function latestOf(output: Output, { storage }: LoadEnvironment): Promise<LatestRecord | undefined> {
  const [latest] = await storage.getLatestRecords([placeOf(output)]);
  return latest;
}

/** The context of a look at the store of an output. With history, the record says which object counts. */
export function contextOf(
  { definition, key }: Output,
  recorded: LoadedMaterialization | undefined,
  { signal, log, storage }: LoadEnvironment,
): InputContext {
  const { name, metadata, partitions, typeHint } = definition;
  const partition = key && partitions && new PartitionContext({ keys: [key], definition: partitions });
  const storageId = (): Promise<string | undefined> => storageIdOf(storage);
  return new InputContext({ assetName: name, assetMetadata: metadata, partition, typeHint, upstream: recorded, storageId, signal, log });
}

/** The recorded materialization of a latest record. */
function recordedBy(latest: LatestRecord | undefined): LoadedMaterialization | undefined {
  return latest?.lastDataVersion === undefined
    ? undefined
    : { dataVersion: latest.lastDataVersion, metadata: {}, stored: latest.lastStored };
}

/** What the store has for an output; undefined when it has nothing, or the handler cannot inspect it. */
export async function storedValue(
  output: Output,
  recorded: LoadedMaterialization | undefined,
  environment: LoadEnvironment,
  options?: InspectOptions,
): Promise<StoredValue | undefined> {
  return handlerOf(output, environment).inspect?.(contextOf(output, recorded, environment), options);
}

/** The handler that writes an output. */
export function handlerOf({ definition }: Output, { defaultHandler }: Pick<LoadEnvironment, "defaultHandler">): BaseIOHandler {
  return definition.ioHandler ?? defaultHandler;
}

/** What the handler of an output offers when it keeps every version. */
export function historyOf(output: Output, environment: LoadEnvironment): ValueHistory | undefined {
  return handlerOf(output, environment).history;
}

/** Whether the store of an output can be looked at. */
export function canInspect(output: Output, environment: LoadEnvironment): boolean {
  return handlerOf(output, environment).inspect !== undefined;
}

/** Whether a write of an output is refused where the store has another object than expected. Assumed of handlers that are not built in. */
export function writesUnderConditions(output: Output, environment: LoadEnvironment): boolean {
  return storeOf(handlerOf(output, environment))?.hasConditions !== false;
}

/**
 * Looks at the store of an output. The latest record must have been read before: in the other order a record can slip in
 * between.
 */
export async function look(output: Output, record: LatestRecord | undefined, environment: LoadEnvironment): Promise<Look> {
  if (!canInspect(output, environment)) return { found: "recorded", stored: undefined };
  const latest = await unlessWiped(output, record, environment);
  if (historyOf(output, environment) !== undefined) return lookAtVersion(output, latest, environment);
  const stored = await storedValue(output, undefined, environment);
  const isTracked = latest?.lastStored !== undefined || latest?.lastMaterializationId === undefined;
  if (stored === undefined) return isTracked ? { found: "nothing" } : { found: "recorded", stored };
  if (isSameWrite(stored, latest)) return { found: "recorded", stored };
  const identified = await withDigest(output, stored, latest, environment);
  // Where only the digest tells writes apart, the recorded bytes are the recorded write, also when another run has announced them.
  if (isSameDigest(identified, latest)) return { found: "recorded", stored: identified };
  const announced = await announcedWrite(output, identified, environment);
  if (announced !== undefined) return { found: "announced", stored: identified, announced };
  if (isSameContent(latest?.lastStored === undefined ? stored : identified, latest)) return { found: "recorded", stored: identified };
  // Its announcement is gone as soon as a value is recorded.
  const now = await latestOf(output, environment);
  return now?.lastMaterializationId === record?.lastMaterializationId ? { found: "unknown", stored } : { found: "overtaken" };
}

/** A latest record, unless its value was wiped: then its event is gone, and no record describes what is still stored. */
async function unlessWiped(
  { definition, key }: Output,
  latest: LatestRecord | undefined,
  { storage }: LoadEnvironment,
): Promise<LatestRecord | undefined> {
  if (latest?.lastFound !== "Missing") return latest;
  return (await storage.getLatestMaterialization(definition.name, key)) && latest;
}

/** Looks at the version that the latest record names. What was written and not recorded lies elsewhere and counts for nobody. */
async function lookAtVersion(output: Output, latest: LatestRecord | undefined, environment: LoadEnvironment): Promise<Look> {
  if (latest?.lastMaterializationId === undefined) return { found: "nothing" };
  const stored = await storedValue(output, recordedBy(latest), environment);
  if (stored !== undefined && isSameWrite(stored, latest)) return { found: "recorded", stored };
  const identified = stored && (await withDigest(output, stored, latest, environment));
  if (identified !== undefined && isSameContent(identified, latest)) return { found: "recorded", stored: identified };
  // The version may have been pruned since another one was recorded.
  const now = await latestOf(output, environment);
  if (now?.lastMaterializationId !== latest.lastMaterializationId) return { found: "overtaken" };
  if (stored !== undefined) return { found: "unknown", stored };
  return latest.lastStored === undefined ? { found: "recorded", stored } : { found: "nothing" };
}

/** The version that a run has announced, for handlers with history; undefined when it was not written. */
export async function announcedVersion(
  output: Output,
  { dataVersion = "", metadata, stored: mark }: Intent["event"],
  environment: LoadEnvironment,
): Promise<StoredValue | undefined> {
  return mark?.path === undefined ? undefined : storedValue(output, { dataVersion, metadata, stored: mark }, environment);
}

/** A stored value with its digest where its store cannot say which write made it, unless what is recorded has no digest either. */
async function withDigest(
  output: Output,
  stored: StoredValue,
  latest: LatestRecord | undefined,
  environment: LoadEnvironment,
): Promise<StoredValue> {
  const isComparable = latest?.lastStored === undefined || latest.lastStored.digest !== undefined;
  if (stored.writeId !== undefined || stored.digest !== undefined || !isComparable) return stored;
  return (await storedValue(output, recordedBy(latest), environment, { digest: true })) ?? stored;
}

/** Whether a stored value is that of the last record. A store that keeps no metadata has only the digest of the bytes to tell it. */
function isSameWrite(stored: StoredValue, latest: LatestRecord | undefined): boolean {
  const mark = latest?.lastStored;
  if (stored.writeId !== undefined) return stored.writeId === mark?.writeId;
  return stored.digest !== undefined && stored.digest === mark?.digest;
}

function isSameDigest({ writeId, digest }: StoredValue, latest: LatestRecord | undefined): boolean {
  return writeId === undefined && digest !== undefined && digest === latest?.lastStored?.digest;
}

/** Whether a stored value has the recorded bytes, or cannot be told from them. */
function isSameContent(stored: StoredValue, latest: LatestRecord | undefined): boolean {
  if (latest?.lastMaterializationId === undefined) return false;
  const { lastStored: mark, lastRunId, lastDataVersion } = latest;
  if (mark !== undefined) {
    if (stored.digest !== undefined && mark.digest !== undefined) return stored.digest === mark.digest;
    if (stored.writeId !== undefined) return false;
    return stored.etag === undefined || mark.etag === undefined || stored.etag === mark.etag;
  }
  // A result without a value was recorded after this value: there is nothing to compare.
  if (stored.writeId !== undefined) return true;
  // A record of an earlier version.
  if (stored.dataVersion !== undefined && stored.dataVersion === lastDataVersion) return true;
  return stored.runId === lastRunId || stored.dataVersion === undefined;
}

/** The intent of the write that made a stored value, if it is not recorded yet. */
async function announcedWrite(output: Output, stored: StoredValue, environment: LoadEnvironment): Promise<Announced | undefined> {
  const { storage } = environment;
  const { writeId } = stored;
  if (writeId !== undefined) {
    const bytes = await storage.kvGet(intentKey(writeId));
    const intent = bytes && decodeIntent(bytes);
    return intent && { writeId, intent, bytes };
  }
  // The store keeps no metadata: the digest of the bytes tells the write.
  let { digest } = stored;
  for (const { key, value } of await storage.kvList(intentPrefix())) {
    const intent = decodeIntent(value);
    if (intent === undefined || !isOf(intent, output)) continue;
    digest ??= (await storedValue(output, undefined, environment, { digest: true }))?.digest;
    if (digest !== undefined && intent.event.stored?.digest === digest) return { writeId: writeIdOf(key), intent, bytes: value };
  }
  return undefined;
}

/** Whether an intent announces a write of an output. */
export function isOf({ event }: Intent, { definition, key }: Output): boolean {
  return event.assetKey === definition.name && String(event.partitionKey ?? "") === String(key ?? "");
}

/**
 * Records an announced value for the run that wrote it: with the record that it would have had. Returns undefined when somebody
 * else was faster; then look again.
 */
export async function recordAnnounced(
  output: Output,
  { stored, announced }: Look & { readonly found: "announced" },
  latest: LatestRecord | undefined,
  environment: LoadEnvironment,
  commit: Commit = (batch) => environment.storage.commit(batch),
): Promise<StoredEvent | undefined> {
  const { writeId, intent, bytes } = announced;
  let { digest, metadata } = stored;
  if (intent.event.dataVersion === undefined && digest === undefined)
    digest = (await storedValue(output, { dataVersion: "", metadata: {}, stored: { path: stored.path } }, environment, { digest: true }))
      ?.digest;
  const overwrote = latest?.lastMaterializationId !== intent.base && latest?.lastMaterializationId;
  metadata = {
    ...metadata,
    ...intent.event.metadata,
    adopted: MetadataValue.bool(true),
    ...(overwrote && { overwrote: MetadataValue.int(overwrote) }),
  };
  const dataVersion = intent.event.dataVersion ?? digest ?? uniqueVersion();
  const mark = { path: stored.path, ...intent.event.stored, writeId, etag: stored.etag, digest: intent.event.stored?.digest ?? digest };
  const key = intentKey(writeId);
  try {
    const [event] = await commit({
      preconditions: [{ kv: key, is: bytes }, isStillLatest(output, latest)],
      events: [{ ...intent.event, dataVersion, stored: mark, metadata }],
      kv: [{ key, value: undefined }],
    });
    return event;
  } catch (error) {
    if (isEdgewaterError(error, "PreconditionFailed")) return undefined;
    throw error;
  }
}
