import { EdgewaterError } from "../errors.ts";
import { checkPrefix } from "../object-store/path.ts";
import type { Get, Named, Put, PutOptions, StreamBody } from "../object-store/types.ts";
import { BaseIOHandler } from "./base.ts";
import { putContent, verifiedBytes, verifiedStream } from "./content.ts";
import { ContentDigest } from "./data-version.ts";
import type { StoredValue } from "./handler.ts";
import type { InputContext } from "./input-context.ts";
import { valueKey } from "./key-layout.ts";
import type { OutputContext } from "./output-context.ts";

/** What a value is loaded as. */
export type BytesForm = "bytes" | "blob" | "stream";

/** What a handler of a form can write: whatever its store need not hold in memory. */
export type WritableBytes<Form extends BytesForm> = Form extends "bytes"
  ? Uint8Array | ArrayBuffer
  : Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array>;

/** What a handler of a form gives back. */
export type LoadedBytes<Form extends BytesForm> = Form extends "bytes"
  ? Uint8Array<ArrayBuffer>
  : Form extends "blob"
    ? Blob
    : ReadableStream<Uint8Array<ArrayBuffer>>;

export interface BytesIOHandlerOptions<Form extends BytesForm> {
  /** Where the values lie. Blobs and streams need a store that takes them without holding them in memory. */
  readonly store: Named & Get & (Form extends "bytes" ? Put : Put<PutOptions, StreamBody>);
  /** What every key starts with, such as `v1`. */
  readonly prefix?: string;
  /** What a value is loaded as: bytes unless given. */
  readonly as?: Form;
  /** What every key ends with, without the dot: `bin` unless given. */
  readonly extension?: string;
}

/**
 * Writes bytes into a store as they are: `<prefix>/<asset>.bin`, and of a partition
 * `<prefix>/<asset>/<partition>/data.bin`. As `blob` or `stream` they flow through: no more than one chunk of a stream is
 * held, whatever its length.
 *
 * Adds the metadata `path` (the full key), `size_bytes` and `write_duration_s`, and names the content by the digest of its
 * bytes, which is the same for all three forms.
 *
 * @example
 * ```ts
 * const io = new BytesIOHandler({ store: new LocalStore("data"), as: "stream", extension: "tif" });
 * asset({ name: "tile", ioHandler: io }, async (_, { signal }) => (await fetch(TILE, { signal })).body ?? new Uint8Array());
 * ```
 */
export class BytesIOHandler<Form extends BytesForm = "bytes"> extends BaseIOHandler<WritableBytes<Form>, LoadedBytes<Form>> {
  readonly #store: Named & Get & Put<PutOptions, StreamBody>;
  readonly #prefix: string;
  readonly #form: BytesForm;
  readonly #extension: string;
  /** A stream can be read once: a retry that found it half read would write the other half as the whole. */
  readonly #taken = new WeakSet<ReadableStream>();

  /** @throws `InvalidPath` when the prefix is none */
  constructor({ store, prefix = "", as, extension = "bin" }: BytesIOHandlerOptions<Form>) {
    super();
    this.#store = store as Named & Get & Put<PutOptions, StreamBody>;
    this.#prefix = checkPrefix(store.name, prefix).replace(/\/$/, "");
    this.#form = as ?? "bytes";
    this.#extension = extension;
  }

  /** @throws `SerializationError` for what is no bytes, or a stream that was taken before, and whatever the store's `put` throws */
  override async handleOutput(context: OutputContext, value: WritableBytes<Form>): Promise<void> {
    const key = valueKey(this.#prefix, context, this.#extension);
    const start = performance.now();
    const bytes = bytesOf(value);
    if (bytes !== undefined) await putContent(this.#store, { key, bytes, contentType: undefined }, context);
    const size = bytes?.byteLength ?? (await this.#putStream(key, value, context));
    context.addOutputMetadata({ path: key, size_bytes: size, write_duration_s: Math.round((performance.now() - start) * 1000) / 1e6 });
  }

  override async inspect(context: InputContext): Promise<StoredValue | undefined> {
    const { inspectObject } = await import("./inspect.ts");
    return inspectObject(this.#store, valueKey(this.#prefix, context, this.#extension), context.signal);
  }

  /**
   * A stream fails at its end when its bytes are not those that were written.
   *
   * @throws `NotFound`, `Integrity`, and whatever the store's `get` throws
   */
  override async loadInput(context: InputContext): Promise<LoadedBytes<Form>> {
    const key = valueKey(this.#prefix, context, this.#extension);
    const object = await this.#store.get(key, { signal: context.signal });
    const target = { asset: context.assetName, key, store: this.#store.name };
    const load = {
      bytes: () => verifiedBytes(object, target),
      blob: () => new Response(verifiedStream(object, target)).blob(),
      stream: async () => verifiedStream(object, target),
    };
    return (await load[this.#form]()) as LoadedBytes<Form>;
  }

  /** Lets a stream flow through into the store. Gives how many bytes it had. */
  async #putStream(key: string, value: unknown, context: OutputContext): Promise<number> {
    const { assetName, signal } = context;
    const stream = value instanceof Blob ? value.stream() : value;
    if (this.#form === "bytes" || !(stream instanceof ReadableStream)) {
      const accepted =
        this.#form === "bytes" ? "a Uint8Array or an ArrayBuffer" : "a Uint8Array, an ArrayBuffer, a Blob or a ReadableStream";
      throw new EdgewaterError("SerializationError", `The value of ${JSON.stringify(assetName)} is not bytes: return ${accepted}`, {
        asset: assetName,
        key,
      });
    }
    if (stream.locked || this.#taken.has(stream)) {
      throw new EdgewaterError(
        "SerializationError",
        `The stream of ${JSON.stringify(assetName)} was read before and cannot be written again: make a new one`,
        { asset: assetName, key },
      );
    }
    this.#taken.add(stream);
    const digest = new ContentDigest();
    const observed = (stream as ReadableStream<Uint8Array>).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: async (chunk, controller) => {
          await digest.add(chunk);
          controller.enqueue(chunk);
        },
      }),
    );
    await this.#store.put(key, observed, { signal });
    context.registerContentVersion(await digest.version());
    return digest.size;
  }
}

/** Bytes that are at hand, without a copy; undefined for anything else. */
function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!(value instanceof Uint8Array)) return undefined;
  return value.buffer instanceof ArrayBuffer ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : value.slice();
}
