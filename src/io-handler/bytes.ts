import { EdgewaterError } from "../errors.ts";
import { checkPrefix } from "../object-store/path.ts";
import type { Get, Named, Put, PutOptions, StreamBody } from "../object-store/types.ts";
import { aName, aString, checkOptions, type OptionKinds, oneOf } from "../options.ts";
import type { Reach } from "../reach.ts";
import type { InputContext, OutputContext } from "./contexts.ts";
import { digestOf } from "./data-version.ts";
import {
  aStore,
  handlerName,
  type InspectOptions,
  IOHandler,
  type PreviewLimits,
  type StoredValue,
  type ValueHistory,
  type ValuePart,
} from "./handler.ts";
import { aHistory, type HistoryOptions } from "./history.ts";
import { attachStore } from "./stored-in.ts";
import { inspectObject, putContent, putStream, secondsSince, verifiedBytes, verifiedStream } from "./stored-object.ts";
import { ValueKeys } from "./value-keys.ts";

/** The form in which a value is loaded. */
export type BytesForm = "bytes" | "blob" | "stream";

/** The values that a handler of a form can write. Blobs and streams are written without holding them in memory. */
export type WritableBytes<Form extends BytesForm> = Form extends "bytes"
  ? Uint8Array | ArrayBuffer
  : Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array>;

/** The type that a handler of a form loads. */
export type LoadedBytes<Form extends BytesForm> = Form extends "bytes"
  ? Uint8Array<ArrayBuffer>
  : Form extends "blob"
    ? Blob
    : ReadableStream<Uint8Array<ArrayBuffer>>;

/** Options of {@link BytesIOHandler}. */
export interface BytesIOHandlerOptions<Form extends BytesForm> {
  /** The store of the values. The forms `blob` and `stream` need a store that accepts streams. */
  readonly store: Named & Get & (Form extends "bytes" ? Put : Put<PutOptions, StreamBody>);
  /** The prefix of every key, such as `v1`. */
  readonly prefix?: string;
  /** The form in which a value is loaded; `bytes` by default. */
  readonly as?: Form;
  /** The file extension of every key, without the dot; `bin` by default. */
  readonly extension?: string;
  /** Whether every version of a value is kept, so that it can be loaded and brought back; false unless given. */
  readonly history?: boolean | HistoryOptions;
}

const kinds: OptionKinds<BytesIOHandlerOptions<BytesForm>> = {
  store: aStore,
  prefix: aString,
  as: oneOf("bytes", "blob", "stream"),
  extension: aName,
  history: aHistory,
};

/**
 * Writes bytes unchanged to a store: `<prefix>/<asset>.bin`, or for a partition `<prefix>/<asset>/<partition>/data.bin`. In
 * the forms `blob` and `stream` values are streamed: at most one chunk is in memory. With `history`, every version stays:
 * `<prefix>/<asset>[/<partition>]/versions/<time>-<digest>-<write>.bin`, for a stream without the digest.
 *
 * Adds the metadata `path` (the full key), `size_bytes` and `write_duration_s`. The digest of the bytes is the data version,
 * unless the asset gives another; it is the same in all forms.
 *
 * @example
 * ```ts
 * const io = new BytesIOHandler({ store: new LocalStore("data"), as: "stream", extension: "tif" });
 * asset({ name: "tile", ioHandler: io }, async (_, { signal }) => (await fetch(TILE, { signal })).body ?? new Uint8Array());
 * ```
 */
export class BytesIOHandler<Form extends BytesForm = "bytes"> extends IOHandler<WritableBytes<Form>, LoadedBytes<Form>> {
  override readonly announcesWrites = true;
  override readonly history: ValueHistory | undefined;
  override readonly reach: Reach | undefined;
  readonly #store: Named & Get & Put<PutOptions, StreamBody>;
  readonly #keys: ValueKeys;
  readonly #form: BytesForm;
  /** The streams that were written. A retry must not write the rest of a stream as if it were the whole. */
  readonly #used = new WeakSet<ReadableStream>();

  /** @throws `InvalidPath` for an invalid prefix, `SettingsError` for any other invalid option */
  constructor(options: BytesIOHandlerOptions<Form>) {
    super();
    checkOptions("BytesIOHandler", options, kinds);
    const { store, prefix = "", as, extension = "bin", history } = options;
    this.#store = store as Named & Get & Put<PutOptions, StreamBody>;
    this.#keys = new ValueKeys("BytesIOHandler", store, checkPrefix(store.name, prefix).replace(/\/$/, ""), extension, history);
    this.history = this.#keys.history;
    attachStore(this, this.#store, this.#keys);
    // A handler that cannot delete says so by having no such method.
    if (!this.#keys.canDelete) Object.assign(this, { remove: undefined });
    this.reach = store.reach;
    this.#form = as ?? "bytes";
  }

  /** @throws `SerializationError` for a value that is not bytes and for a stream that was used before, and the errors of the store's `put` */
  override async handleOutput(context: OutputContext, value: WritableBytes<Form>): Promise<void> {
    const start = performance.now();
    const bytes = bytesOf(value);
    if (bytes !== undefined) {
      const digest = await digestOf(bytes);
      const target = await this.#keys.toWrite(context, digest);
      context.addOutputMetadata({ path: target.key, size_bytes: bytes.byteLength });
      await putContent(this.#store, { target, digest, stored: bytes, contentType: undefined }, context);
    } else {
      const target = await this.#keys.toWrite(context);
      context.addOutputMetadata({ path: target.key });
      const { size } = await putStream(this.#store, { target, stream: this.#streamOf(target.key, value, context) }, context);
      context.addOutputMetadata({ size_bytes: size });
    }
    context.addOutputMetadata({ write_duration_s: secondsSince(start) });
  }

  /** Describes the stored object without reading it, unless its digest is asked for and the store does not keep it. */
  override async inspect(context: InputContext, { digest }: InspectOptions = {}): Promise<StoredValue | undefined> {
    const key = this.#keys.toRead(context);
    return inspectObject(this.#store, key, context.signal, digest ? async (stored) => stored : undefined);
  }

  override identity(context: InputContext): unknown {
    const handler = handlerName(this, BytesIOHandler, "BytesIOHandler");
    return { handler, store: this.#store.name, path: this.#keys.nameOf(context) };
  }

  /** Deletes the stored object. */
  override remove(context: InputContext): Promise<void> {
    return this.#keys.remove(context);
  }

  /**
   * Loads a value and checks its digest. A stream fails at its end when the digest differs.
   *
   * @throws `NotFound`, `Integrity`, and the errors of the store's `get`
   */
  override async loadInput(context: InputContext): Promise<LoadedBytes<Form>> {
    const key = this.#keys.toRead(context);
    const object = await this.#store.get(key, { signal: context.signal });
    const target = { asset: context.assetName, key, store: this.#store.name };
    const load = {
      bytes: () => verifiedBytes(object, target, context),
      blob: () => new Response(verifiedStream(object, target, context)).blob(),
      stream: async () => verifiedStream(object, target, context),
    };
    return (await load[this.#form]()) as LoadedBytes<Form>;
  }

  /** Loads a value that is not larger than the limit, and of any other the first bytes, which are not checked. */
  override async preview(context: InputContext, { bytes: limit }: PreviewLimits): Promise<ValuePart> {
    const key = this.#keys.toRead(context);
    const object = await this.#store.get(key, { signal: context.signal });
    const { size } = object.meta;
    const target = { asset: context.assetName, key, store: this.#store.name };
    return size <= limit
      ? { value: await verifiedBytes(object, target, context) }
      : { value: await firstBytes(object.stream(), limit), total: size };
  }

  /** The stream of a value, which must not have been used before. */
  #streamOf(key: string, value: unknown, { assetName }: OutputContext): ReadableStream<Uint8Array> {
    const stream = value instanceof Blob ? value.stream() : value;
    if (this.#form === "bytes" || !(stream instanceof ReadableStream)) {
      const accepted =
        this.#form === "bytes" ? "a Uint8Array or an ArrayBuffer" : "a Uint8Array, an ArrayBuffer, a Blob or a ReadableStream";
      throw new EdgewaterError(
        "SerializationError",
        `Cannot write the value of ${JSON.stringify(assetName)}: it is not bytes; return ${accepted}`,
        {
          asset: assetName,
          key,
        },
      );
    }
    if (stream.locked || this.#used.has(stream)) {
      throw new EdgewaterError(
        "SerializationError",
        `Cannot write the stream of ${JSON.stringify(assetName)}: it was used before; return a new one`,
        { asset: assetName, key },
      );
    }
    this.#used.add(stream);
    return stream as ReadableStream<Uint8Array>;
  }
}

/** Returns the bytes of a value in memory, without a copy where possible; `undefined` for anything else. */
function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!(value instanceof Uint8Array)) return undefined;
  return value.buffer instanceof ArrayBuffer ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : value.slice();
}

/** The first bytes of a stream. The rest is not read. */
async function firstBytes(stream: ReadableStream<Uint8Array>, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let length = 0;
  const reader = stream.getReader();
  while (length < count) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, length);
    const part = value.subarray(0, count - length);
    bytes.set(part, length);
    length += part.length;
  }
  await reader.cancel();
  return bytes;
}
