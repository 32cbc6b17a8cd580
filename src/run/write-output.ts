import type { PendingOutput } from "../asset/outputs.ts";
import { isResult, type Result } from "../asset/result.ts";
import { EdgewaterError, isEdgewaterError, throwIfAborted } from "../errors.ts";
import { type ExpectedObject, OutputContext, type WriteAnnouncement } from "../io-handler/contexts.ts";
import { uniqueVersion } from "../io-handler/data-version.ts";
import type { StoredValue } from "../io-handler/handler.ts";
import { validate } from "../io-handler/type-hint.ts";
import { coerceMetadata, type Metadata, MetadataValue } from "../metadata/metadata-value.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import { encodeIntent, type Intent, intentKey } from "../storage/intent.ts";
import { storageIdOf } from "../storage/storage-id.ts";
import type { LatestRecord, StoredEvent, StoredMark } from "../storage/types.ts";
import { pointHead } from "./head.ts";
import { announcedVersion, canInspect, historyOf, isStillLatest, latestOf, look, recordAnnounced } from "./look.ts";
import type { CommitEnvironment } from "./run-environment.ts";

/** How often a step starts again, or a write is repeated, because another run was faster. */
export const maxConflicts = 5;

/** Another run has recorded the output since its latest record was read: the step starts again. */
export class LostRace extends Error {}

/** Whether an error is a lost race. `instanceof` alone fails for some values that users can throw. */
export function isLostRace(error: unknown): boolean {
  try {
    return error instanceof LostRace;
  } catch {
    return false;
  }
}

/** What is known of an output before it is made. */
export interface Base {
  /** Its latest record. */
  readonly latest: LatestRecord | undefined;
  /** The object that the write replaces. */
  readonly expected: ExpectedObject | "nothing" | undefined;
}

/** Metadata and a data version that were given for an output. */
interface Annotations {
  readonly metadata: Metadata;
  readonly dataVersion: string | undefined;
}

/** Called with the commit of an output when it starts. Once it has started, it counts, also when the step is aborted meanwhile. */
export type OnCommit = (commit: Promise<StoredEvent>) => void;

/** One output that is not written yet, with what is recorded beside its value. */
export interface AnnotatedOutput extends PendingOutput {
  /** What the function gave to its context. */
  readonly annotations: Annotations;
  /** The data versions of the inputs that it was made from. */
  readonly inputDataVersions: Readonly<Record<string, string>>;
  /** The ids of their events. */
  readonly inputEventIds: Readonly<Record<string, number>>;
  /** What was known of the output before its inputs were loaded. */
  readonly base: Base;
  /** The digest of everything that it was made from; undefined when that is not known. */
  readonly fingerprint: string | undefined;
}

/** One write. Its id and its intent stay the same when it is repeated. */
export interface Write {
  readonly id: string;
  expected: Base["expected"];
  /** The event that was announced, and the bytes of its intent. */
  intent?: { readonly event: Intent["event"]; readonly bytes: Uint8Array };
  /** Metadata about what the write has replaced. */
  notes: Metadata;
}

/**
 * Writes an output through its handler and records it. A `Materialization` or an `Observation` is only recorded. Metadata
 * of the result overrides that of the context, and the handler's overrides both. The data version is the handler's, else the
 * result's, else the context's, else that of the metadata, else the digest of the bytes, else a unique one.
 *
 * @param writes the writes of this output so far, so that a repeated one keeps its id
 * @throws `LostRace` when another run has recorded the output, `TakenOver`, and what the handler throws
 */
export async function writeOutput(
  output: AnnotatedOutput,
  environment: CommitEnvironment,
  onCommit: OnCommit,
  writes: { current?: Write },
): Promise<StoredEvent> {
  const { definition, returned } = output;
  throwIfAborted(environment.signal, { asset: definition.name });
  const result = isResult(returned) ? returned : undefined;
  const annotations = {
    metadata: { ...output.annotations.metadata, ...result?.metadata },
    dataVersion: result?.dataVersion ?? output.annotations.dataVersion,
  };
  const made = { ...output, annotations };
  if (result !== undefined && result.result !== "Output") {
    const dataVersion = annotations.dataVersion ?? versionIn(annotations.metadata) ?? uniqueVersion();
    const eventType = result.result === "Observation" ? "Observation" : "Materialization";
    return record({ ...eventOf(made, environment, annotations.metadata), eventType, dataVersion }, undefined, made, environment, onCommit);
  }
  const value = await validated(output, result);
  writes.current ??= { id: environment.owner.newWriteId(), expected: output.base.expected, notes: {} };
  const event = await put(value, writes.current, made, environment);
  // A value that was written too late is not recorded; resuming the run records it.
  throwIfAborted(environment.signal, { asset: definition.name });
  return record(event, writes.current, made, environment, onCommit);
}

async function validated({ definition, returned }: PendingOutput, result: Result | undefined): Promise<unknown> {
  const { name, typeHint } = definition;
  const value = result?.result === "Output" ? result.value : returned;
  await validate(value, typeHint, name, `value of ${JSON.stringify(name)}`);
  return value;
}

/** The event of an output, with the metadata that is known. */
function eventOf(
  { definition, key, inputDataVersions, inputEventIds, fingerprint }: AnnotatedOutput,
  { owner }: CommitEnvironment,
  metadata: Metadata,
): Intent["event"] {
  return {
    eventType: "Materialization",
    assetKey: definition.name,
    partitionKey: key,
    runId: owner.run.runId,
    timestamp: Date.now(),
    dataVersion: undefined,
    codeVersion: definition.codeVersion,
    inputDataVersions,
    ...(Object.keys(inputEventIds).length > 0 && { inputEventIds }),
    ...(fingerprint !== undefined && { fingerprint }),
    metadata,
  };
}

/** Writes a value through its handler until the store has it, and returns the event to record. */
async function put(
  value: unknown,
  write: Write,
  output: AnnotatedOutput,
  environment: CommitEnvironment,
): Promise<Omit<StoredEvent, "id">> {
  const { definition, key, annotations, base } = output;
  const { name, metadata, partitions, typeHint, ioHandler } = definition;
  const { owner, signal, log, defaultHandler, storage } = environment;
  const handler = ioHandler ?? defaultHandler;
  for (let repeats = 0; ; repeats++) {
    const announce = (announcement: WriteAnnouncement): Promise<void> => announceWrite(announcement, context, write, output, environment);
    const context: OutputContext = new OutputContext({
      assetName: name,
      assetMetadata: metadata,
      partition: key && partitions && new PartitionContext({ keys: [key], definition: partitions }),
      typeHint,
      outputMetadata: { ...annotations.metadata, ...write.notes },
      assetDataVersion: annotations.dataVersion ?? versionIn(annotations.metadata),
      runId: owner.run.runId,
      writeId: write.id,
      expected: write.expected,
      base: base.latest?.lastMaterializationId ?? 0,
      storageId: () => storageIdOf(storage),
      onAnnounce: handler.announcesWrites ? announce : undefined,
      signal,
      log,
    });
    if (!handler.announcesWrites) await announceWrite(undefined, context, write, output, environment);
    try {
      await handler.handleOutput(context, value);
      return writtenEvent(context, write, output, environment);
    } catch (error) {
      if (write.intent === undefined || signal.aborted || isLostRace(error) || isEdgewaterError(error, "TakenOver")) throw error;
      const landed = await afterFailedPut(error, write, output, environment);
      if (landed !== undefined) return landed;
      if (repeats === maxConflicts) throw error;
      // A stream cannot be read again: its function must return a new one.
      if (value instanceof ReadableStream) throw new LostRace();
    }
  }
}

/** Records the complete event that is going to be recorded, before the write. */
async function announceWrite(
  announcement: WriteAnnouncement | undefined,
  context: OutputContext,
  write: Write,
  output: AnnotatedOutput,
  environment: CommitEnvironment,
): Promise<void> {
  const { annotations, base } = output;
  const { digest, path } = announcement ?? {};
  const metadata = { ...context.outputMetadata, ...coerceMetadata(announcement?.metadata ?? {}) };
  const dataVersion = context.dataVersion ?? annotations.dataVersion ?? versionIn(metadata) ?? digest ?? context.contentVersion;
  const stored = { writeId: write.id, path, digest };
  const event = { ...eventOf(output, environment, metadata), dataVersion, stored };
  const bytes = encodeIntent({ event, base: base.latest?.lastMaterializationId });
  const key = intentKey(write.id);
  try {
    await environment.commit({ preconditions: [isStillLatest(output, base.latest)], kv: [{ key, value: bytes }] });
  } catch (error) {
    throw isEdgewaterError(error, "PreconditionFailed") ? new LostRace() : error;
  }
  write.intent = { event, bytes };
}

/** The event of a value that its handler has written. */
function writtenEvent(
  context: OutputContext,
  write: Write,
  output: AnnotatedOutput,
  environment: CommitEnvironment,
): Omit<StoredEvent, "id"> {
  const { written, outputMetadata: metadata, contentVersion } = context;
  const dataVersion = context.dataVersion ?? output.annotations.dataVersion ?? versionIn(metadata) ?? contentVersion;
  const stored: StoredMark = {
    writeId: written?.writeId ?? write.id,
    path: written?.path ?? write.intent?.event.stored?.path,
    etag: written?.etag,
    digest: written?.digest ?? contentVersion,
  };
  return { ...eventOf(output, environment, metadata), dataVersion: dataVersion ?? uniqueVersion(), stored };
}

/**
 * Finds out what became of a write that was refused, or got no answer. Returns the event to record when it has happened, and
 * undefined when it is to be repeated.
 *
 * @throws `LostRace`, and the error when the write did not happen
 */
async function afterFailedPut(
  error: unknown,
  write: Write,
  output: AnnotatedOutput,
  environment: CommitEnvironment,
): Promise<Omit<StoredEvent, "id"> | undefined> {
  const isRefused = isEdgewaterError(error, "PreconditionFailed", "AlreadyExists");
  if (historyOf(output, environment) !== undefined) return landedVersion(error, write, output, environment);
  if (!canInspect(output, environment)) throw isRefused ? new LostRace() : error;
  const { base } = output;
  const latest = await latestOf(output, environment);
  const found = await look(output, latest, environment);
  if (found.found === "announced" && found.announced.writeId === write.id) return landedEvent(found.stored, write);
  if (found.found === "overtaken" || latest?.lastMaterializationId !== base.latest?.lastMaterializationId)
    throw lostRace(isRefused, write, output, environment);
  if (found.found === "announced") {
    await recordAnnounced(output, found, latest, environment);
    throw lostRace(isRefused, write, output, environment);
  }
  if (!isRefused) throw error;
  const stored = found.found === "nothing" ? undefined : found.stored;
  if (found.found === "unknown") {
    environment.log.warn(`Replacing a value of ${JSON.stringify(output.definition.name)} that no run has recorded`, stored?.path);
    write.notes = { ...write.notes, replaced: MetadataValue.text("unrecorded value") };
  }
  write.expected = stored === undefined ? "nothing" : { etag: stored.etag, writeId: stored.writeId, digest: stored.digest };
  return undefined;
}

/** The event of a version that was written although its answer was lost. Nothing else can be under its name. @throws the error otherwise */
async function landedVersion(
  error: unknown,
  write: Write,
  output: AnnotatedOutput,
  environment: CommitEnvironment,
): Promise<Omit<StoredEvent, "id">> {
  const stored = write.intent && (await announcedVersion(output, write.intent.event, environment));
  if (stored === undefined) throw error;
  return landedEvent(stored, write);
}

/** A lost race. The intent of a write that can never happen goes with the next commit; any other one stays until it is pruned. */
function lostRace(isRefused: boolean, write: Write, { definition }: AnnotatedOutput, { owner }: CommitEnvironment): LostRace {
  if (isRefused) owner.deleteLater(intentKey(write.id));
  return new LostRace(definition.name);
}

/** The event of a write that has happened although its answer was lost. */
function landedEvent(stored: StoredValue, { id, intent }: Write): Omit<StoredEvent, "id"> {
  const { event } = intent as NonNullable<Write["intent"]>;
  const digest = event.stored?.digest ?? stored.digest;
  return {
    ...event,
    dataVersion: event.dataVersion ?? digest ?? uniqueVersion(),
    stored: { writeId: id, path: stored.path, etag: stored.etag, digest },
    metadata: { ...stored.metadata, ...event.metadata },
  };
}

/** Records an output, and finds out what became of a commit that was refused or got no answer. */
async function record(
  event: Omit<StoredEvent, "id">,
  write: Write | undefined,
  output: AnnotatedOutput,
  environment: CommitEnvironment,
  onCommit: OnCommit,
): Promise<StoredEvent> {
  const { base } = output;
  const intent = write?.intent && { key: intentKey(write.id), bytes: write.intent.bytes };
  const latest = base.latest?.lastMaterializationId;
  // An object of an earlier write counts as long as the event is there that recorded it: it may be wiped meanwhile.
  const isOfLatest = write !== undefined && event.stored?.writeId !== write.id && latest !== undefined;
  const commit = async (): Promise<StoredEvent> => {
    try {
      const [recorded] = await environment.commit({
        preconditions: [
          isStillLatest(output, base.latest),
          ...(isOfLatest ? [{ event: latest }] : []),
          ...(intent ? [{ kv: intent.key, is: intent.bytes }] : []),
        ],
        events: [event],
        kv: intent ? [{ key: intent.key, value: undefined }] : [],
      });
      return recorded as StoredEvent;
    } catch (error) {
      const recorded = await recordedEvent(event, output, environment);
      if (recorded !== undefined) return recorded;
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
      // Nobody else records a version for this run: the next prune may delete it.
      if (intent && historyOf(output, environment) !== undefined) environment.owner.deleteLater(intent.key);
      throw new LostRace(output.definition.name);
    }
  };
  const recorded = commit();
  onCommit(recorded);
  await pointHead(output, await recorded, environment);
  return recorded;
}

/**
 * The event that is recorded already: by a commit whose answer was lost, or of a write by another process that found the value. A
 * result without a value has no write to tell it by; it is recorded by this run only, and has its time and version.
 */
async function recordedEvent(
  { stored: mark, timestamp, dataVersion }: Omit<StoredEvent, "id">,
  { definition, key }: AnnotatedOutput,
  { storage, owner, since = 0 }: CommitEnvironment,
): Promise<StoredEvent | undefined> {
  const own = { ...(key && { partition: key }), runId: owner.run.runId, after: since };
  const events = await storage.getEventsForAsset(definition.name, own);
  return events.find((each) =>
    mark === undefined
      ? each.stored === undefined && each.timestamp === timestamp && each.dataVersion === dataVersion
      : each.stored?.writeId === mark.writeId,
  );
}

/** The data version that metadata has as a value of the kind DataVersion. */
function versionIn(metadata: Metadata): string | undefined {
  return Object.values(metadata).find((value) => value.kind === "DataVersion")?.value;
}

/** The error of a step that has lost the race again and again. */
export function conflict(label: string, asset: string): EdgewaterError<"Conflict"> {
  const message = `Other runs have recorded the outputs of ${label} ${maxConflicts + 1} times while they were made; let one run at a time make them`;
  return new EdgewaterError("Conflict", message, { asset });
}
