/** How handlers write a value as an object, check it when they read it, and inspect it. */
import { watched } from "../byte-stream.ts";
import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { MetadataValue, makeMetadata } from "../metadata/metadata-value.ts";
import type {
  FullObjectMeta,
  FullPut,
  Get,
  GetResult,
  Guarantees,
  Head,
  Named,
  ObjectMeta,
  Put,
  PutMode,
  PutOptions,
  StreamBody,
} from "../object-store/types.ts";
import type { InputContext, OutputContext } from "./contexts.ts";
import { ContentDigest, digestOf } from "./data-version.ts";
import type { StoredValue } from "./handler.ts";

/** The metadata entries of an object, in stores that keep metadata. */
const entry = {
  /** The digest of the bytes. */
  digest: "content-digest",
  /** The name of the serializer that wrote the bytes. */
  serializer: "serializer",
  /** The run that wrote the object. */
  run: "run-id",
  /** The id of the write that made the object. */
  write: "write-id",
  /** The data version that the asset gave its value, where it is not the digest. */
  version: "data-version",
} as const;

/** The bytes of a value, and how to store them. */
export interface Content {
  readonly target: WriteTarget;
  /** The digest of the bytes before compression and the like. */
  readonly digest: string;
  /** The bytes to store. */
  readonly stored: Uint8Array<ArrayBuffer>;
  readonly contentType: string | undefined;
  /** The name of the serializer. */
  readonly serializer?: string;
}

/** A store with the condition on writes and the attributes that it has. */
type AnyStore = Named & Get & FullPut & Partial<Head> & Guarantees;

/** Where a value is written. */
export interface WriteTarget {
  readonly key: string;
  /** Whether the key is new, so that there must be no object. */
  readonly isNew: boolean;
  /** The object that has these bytes already, so that nothing is written. */
  readonly same?: StoredValue | undefined;
}

/** Announces a write, writes bytes together with their digest and the ids of the write and the run, and registers them. */
export async function putContent(
  given: Named & Put & Get,
  { target: { key, isNew, same }, digest, stored, contentType, serializer }: Content,
  context: OutputContext,
): Promise<void> {
  const store = given as AnyStore;
  context.registerContentVersion(digest);
  if (same !== undefined) {
    const { expected } = context;
    const known = typeof expected === "object" ? expected.writeId : undefined;
    context.registerWritten({ writeId: same.writeId ?? known, path: key, etag: same.etag, digest });
    return;
  }
  await context.announce({ path: key, digest, metadata: context.outputMetadata });
  const metadata: Record<string, string> = { [entry.digest]: digest, ...writeEntries(context) };
  if (serializer !== undefined) metadata[entry.serializer] = serializer;
  if (context.assetDataVersion !== undefined) metadata[entry.version] = context.assetDataVersion;
  // Stores without attributes ignore these options.
  const { etag } = await store.put(key, stored, { ...modeOf(store, isNew, context), contentType, metadata, signal: context.signal });
  context.registerWritten({ path: key, etag, digest });
}

/** Announces a write, streams bytes to the store, and registers them with the digest that is known at their end. */
export async function putStream(
  given: Named & Put<PutOptions, StreamBody> & Get,
  { target: { key, isNew }, stream }: { readonly target: WriteTarget; readonly stream: ReadableStream<Uint8Array> },
  context: OutputContext,
): Promise<{ readonly size: number }> {
  const store = given as AnyStore;
  await context.announce({ path: key, metadata: context.outputMetadata });
  const content = new ContentDigest();
  const observed = watched(stream, (chunk) => content.add(chunk));
  const options = { ...modeOf(store, isNew, context), metadata: writeEntries(context), signal: context.signal };
  const { etag } = await store.put(key, observed, options);
  const digest = await content.version();
  context.registerContentVersion(digest);
  context.registerWritten({ path: key, etag, digest });
  return { size: content.size };
}

function writeEntries({ runId, writeId }: OutputContext): Record<string, string> {
  return { ...(runId !== undefined && { [entry.run]: runId }), ...(writeId !== undefined && { [entry.write]: writeId }) };
}

/** The condition of a write, for a store that has conditions: that it replaces exactly the expected object, or none. */
function modeOf({ etags }: AnyStore, isNew: boolean, { expected }: OutputContext): { readonly mode?: PutMode } {
  if (etags === undefined) return {};
  if (isNew || expected === "nothing") return { mode: "create" };
  return expected?.etag === undefined ? {} : { mode: { ifMatch: expected.etag } };
}

/** The names of an object that is read, for messages. */
interface Target {
  readonly asset: string;
  readonly key: string;
  readonly store: string;
}

/**
 * Reads an opened object, undoes the changes made for storage, checks the digest, and registers what was loaded.
 *
 * @throws `Integrity` when the digest differs from the one in the object's metadata
 */
export async function verifiedBytes(
  object: GetResult,
  target: Target,
  context: InputContext,
  unwrap?: (stored: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await object.bytes();
  const bytes = unwrap === undefined ? stored : await unwrap(stored);
  const { [entry.digest]: expected, [entry.write]: writeId } = metadataOf(object.meta);
  // A store without metadata cannot say which write made the object; its digest can.
  const actual = expected !== undefined || writeId === undefined ? await digestOf(bytes) : undefined;
  if (expected !== undefined && actual !== expected) throw damaged(target, object.meta, expected, actual);
  context.registerLoaded({ writeId: isChanged(object.meta) ? undefined : writeId, digest: actual });
  return bytes;
}

/**
 * Returns the body of an opened object, and registers what its metadata says. The stream fails at its end with `Integrity` when
 * the digest differs.
 */
export function verifiedStream(object: GetResult, target: Target, context: InputContext): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { [entry.digest]: expected, [entry.write]: writeId } = metadataOf(object.meta);
  if (!isChanged(object.meta)) context.registerLoaded({ writeId, digest: expected });
  if (expected === undefined) return object.stream();
  const digest = new ContentDigest();
  return object.stream().pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: async (chunk, controller) => {
        await digest.add(chunk);
        controller.enqueue(chunk);
      },
      flush: async (controller) => {
        const actual = await digest.version();
        if (actual !== expected) controller.error(damaged(target, object.meta, expected, actual));
      },
    }),
  );
}

/** Returns the name of the serializer that wrote an opened object, if its store keeps metadata. */
export function serializerOf(object: GetResult): string | undefined {
  return metadataOf(object.meta)[entry.serializer];
}

/**
 * Describes an object: with `head` if the store has it, else by opening the object without reading it.
 *
 * @param unwrap given when the digest is needed: undoes the changes made for storage. The object is then read if its store does
 *   not keep the digest
 */
export async function inspectObject(
  store: Named & Get & Partial<Head>,
  key: string,
  signal: AbortSignal,
  unwrap?: (stored: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<StoredValue | undefined> {
  try {
    const meta = await headOf(store, key, signal);
    const metadata = metadataOf(meta);
    // The metadata of a changed object describes its earlier bytes.
    const isOther = isChanged(meta);
    let digest = isOther ? undefined : metadata[entry.digest];
    if (digest === undefined && unwrap !== undefined)
      digest = await digestOf(await unwrap(await (await store.get(key, { signal })).bytes()));
    return {
      path: key,
      size: meta.size,
      lastModified: meta.lastModified,
      runId: metadata[entry.run],
      dataVersion: isOther ? undefined : (metadata[entry.version] ?? digest),
      writeId: isOther ? undefined : metadata[entry.write],
      etag: meta.etag,
      digest,
      metadata: { size_bytes: MetadataValue.int(meta.size) },
    };
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

async function headOf(store: Get & Partial<Head>, key: string, signal: AbortSignal): Promise<ObjectMeta> {
  if (store.head) return store.head(key, { signal });
  const object = await store.get(key, { signal });
  await object.stream().cancel();
  return object.meta;
}

/** The time since a reading of `performance.now()` as metadata, in seconds. */
export function secondsSince(start: number): MetadataValue {
  return makeMetadata({ kind: "Float", value: Math.round((performance.now() - start) * 1000) / 1e6 });
}

function metadataOf(meta: ObjectMeta): Readonly<Record<string, string | undefined>> {
  return (meta as Partial<FullObjectMeta>).metadata ?? {};
}

/** Returns whether a LocalStore reports that the file of an object was edited or damaged since it was written. */
function isChanged(meta: ObjectMeta): boolean {
  return (meta as { readonly state?: unknown }).state === "changed";
}

function damaged(
  { asset, key, store }: Target,
  meta: ObjectMeta,
  expected: string,
  actual: string | undefined,
): EdgewaterError<"Integrity"> {
  const again = `materialize ${JSON.stringify(asset)} again`;
  const remedy = isChanged(meta)
    ? `its file was edited or damaged; ${again}, or take an edit as it is with accept(${JSON.stringify(key)}) of the store`
    : again;
  const message = `Cannot read ${JSON.stringify(key)} in ${store}: it was written as ${expected} and is now ${actual}; ${remedy}`;
  return new EdgewaterError("Integrity", message, { asset, key, store });
}
