/** How handlers write a value as an object, check it when they read it, and inspect it. */
import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { AttributesPut, FullObjectMeta, Get, GetResult, Head, Named, ObjectMeta, Put, PutResult } from "../object-store/types.ts";
import type { OutputContext } from "./contexts.ts";
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
  /** The data version that the asset gave its value, where it is not the digest. */
  version: "data-version",
} as const;

/** The bytes of a value, and how to store them. */
export interface Content {
  readonly key: string;
  /** The bytes whose digest is the data version. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The bytes that are stored, where they differ, such as the compressed bytes. */
  readonly stored?: Uint8Array<ArrayBuffer>;
  readonly contentType: string | undefined;
  /** The name of the serializer. */
  readonly serializer?: string;
}

/** Writes bytes together with their digest and the run, and registers the digest as the content version of the output. */
export async function putContent(
  store: Named & Put,
  { key, bytes, stored = bytes, contentType, serializer }: Content,
  context: OutputContext,
): Promise<PutResult> {
  const version = await digestOf(bytes);
  context.registerContentVersion(version);
  const metadata: Record<string, string> = { [entry.digest]: version };
  if (serializer !== undefined) metadata[entry.serializer] = serializer;
  if (context.runId !== undefined) metadata[entry.run] = context.runId;
  if (context.assetDataVersion !== undefined) metadata[entry.version] = context.assetDataVersion;
  // Stores without attributes ignore these options.
  return (store as Named & AttributesPut).put(key, stored, { contentType, metadata, signal: context.signal });
}

/** The names of an object that is read, for messages. */
interface Target {
  readonly asset: string;
  readonly key: string;
  readonly store: string;
}

/**
 * Reads an opened object, undoes the changes made for storage, and checks the digest.
 *
 * @throws `Integrity` when the digest differs from the one in the object's metadata
 */
export async function verifiedBytes(
  object: GetResult,
  target: Target,
  unwrap?: (stored: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await object.bytes();
  const bytes = unwrap === undefined ? stored : await unwrap(stored);
  const expected = metadataOf(object.meta)[entry.digest];
  if (expected === undefined) return bytes;
  const actual = await digestOf(bytes);
  if (actual !== expected) throw damaged(target, object.meta, expected, actual);
  return bytes;
}

/** Returns the body of an opened object. The stream fails at its end with `Integrity` when the digest differs. */
export function verifiedStream(object: GetResult, target: Target): ReadableStream<Uint8Array<ArrayBuffer>> {
  const expected = metadataOf(object.meta)[entry.digest];
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

/** Describes an object: with `head` if the store has it, else by opening the object without reading it. */
export async function inspectObject(
  store: Named & Get & Partial<Head>,
  key: string,
  signal: AbortSignal,
): Promise<StoredValue | undefined> {
  try {
    const meta = await headOf(store, key, signal);
    const metadata = metadataOf(meta);
    // The metadata of a changed object describes its earlier bytes.
    const dataVersion = isChanged(meta) ? undefined : (metadata[entry.version] ?? metadata[entry.digest]);
    return { path: key, size: meta.size, lastModified: meta.lastModified, runId: metadata[entry.run], dataVersion };
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

function metadataOf(meta: ObjectMeta): Readonly<Record<string, string | undefined>> {
  return (meta as Partial<FullObjectMeta>).metadata ?? {};
}

/** Returns whether a LocalStore reports that the file of an object was edited or damaged since it was written. */
function isChanged(meta: ObjectMeta): boolean {
  return (meta as { readonly state?: unknown }).state === "changed";
}

function damaged({ asset, key, store }: Target, meta: ObjectMeta, expected: string, actual: string): EdgewaterError<"Integrity"> {
  const again = `materialize ${JSON.stringify(asset)} again`;
  const remedy = isChanged(meta)
    ? `its file was edited or damaged; ${again}, or take an edit as it is with accept(${JSON.stringify(key)}) of the store`
    : again;
  const message = `Cannot read ${JSON.stringify(key)} in ${store}: it was written as ${expected} and is now ${actual}; ${remedy}`;
  return new EdgewaterError("Integrity", message, { asset, key, store });
}
