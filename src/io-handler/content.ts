import { EdgewaterError } from "../errors.ts";
import type { AttributesPut, FullObjectMeta, GetResult, Named, Put, PutResult } from "../object-store/types.ts";
import { ContentDigest, digestOf } from "./data-version.ts";
import type { OutputContext } from "./output-context.ts";

/** Under this name an object says what digest its bytes have, where its store keeps metadata. */
export const digestName = "content-digest";

/** Under this name an object says what wrote its bytes. */
const serializerName = "serializer";

/** Under this name an object says in which run it was written. */
export const runName = "run-id";

/** Under this name an object says which version its asset has named, where that is not the digest. */
export const versionName = "data-version";

/** Bytes to write, and what is said of them. */
export interface Content {
  readonly key: string;
  /** What names the content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What is stored, where that differs: the bytes compressed, for one. */
  readonly stored?: Uint8Array<ArrayBuffer>;
  readonly contentType: string | undefined;
  /** The name of what wrote the bytes. */
  readonly serializer?: string;
}

/**
 * Writes bytes with what lets a reader see that they are whole: their digest and the run. Names the content of the output
 * by that digest.
 */
export async function putContent(
  store: Named & Put,
  { key, bytes, stored = bytes, contentType, serializer }: Content,
  context: OutputContext,
): Promise<PutResult> {
  const version = await digestOf(bytes);
  context.registerContentVersion(version);
  const metadata: Record<string, string> = { [digestName]: version };
  if (serializer !== undefined) metadata[serializerName] = serializer;
  if (context.runId !== undefined) metadata[runName] = context.runId;
  if (context.assetDataVersion !== undefined) metadata[versionName] = context.assetDataVersion;
  // A store that keeps no attributes takes no notice of them.
  return (store as Named & AttributesPut).put(key, stored, { contentType, metadata, signal: context.signal });
}

/** Which object is read, for messages. */
interface Target {
  readonly asset: string;
  readonly key: string;
  readonly store: string;
}

/**
 * The bytes of an opened object, as they were before they were changed to be stored.
 *
 * @throws `Integrity` when they are not those that the object says it has
 */
export async function verifiedBytes(
  object: GetResult,
  target: Target,
  unwrap?: (stored: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await object.bytes();
  const bytes = unwrap === undefined ? stored : await unwrap(stored);
  const expected = digestIn(object);
  if (expected === undefined) return bytes;
  const actual = await digestOf(bytes);
  if (actual !== expected) throw damaged(target, expected, actual);
  return bytes;
}

/** The body of an opened object as a stream, which fails at its end with `Integrity` when it is not what the object says. */
export function verifiedStream(object: GetResult, target: Target): ReadableStream<Uint8Array<ArrayBuffer>> {
  const expected = digestIn(object);
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
        if (actual !== expected) controller.error(damaged(target, expected, actual));
      },
    }),
  );
}

/** What wrote an opened object, where its store keeps metadata. */
export function serializerOf(object: GetResult): string | undefined {
  return metadataOf(object)?.[serializerName];
}

function digestIn(object: GetResult): string | undefined {
  return metadataOf(object)?.[digestName];
}

function metadataOf({ meta }: GetResult): Readonly<Record<string, string>> | undefined {
  return (meta as Partial<FullObjectMeta>).metadata;
}

function damaged({ asset, key, store }: Target, expected: string, actual: string): EdgewaterError<"Integrity"> {
  const message = `The object ${JSON.stringify(key)} in ${store} is damaged: it was written as ${expected} and is now ${actual}; materialize ${JSON.stringify(asset)} again`;
  return new EdgewaterError("Integrity", message, { asset, key, store });
}
