import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { checkPrefix } from "../object-store/path.ts";
import type { Get, Named, Put } from "../object-store/types.ts";
import type { Serializer, SerializerWrapper } from "../serializer/types.ts";
import { putContent, serializerOf, verifiedBytes } from "./content.ts";
import { IOHandler, type StoredValue } from "./handler.ts";
import type { InputContext } from "./input-context.ts";
import { valueKey } from "./key-layout.ts";
import type { OutputContext } from "./output-context.ts";

export interface SerializedIOHandlerOptions {
  /** Where the values lie. Only putting and getting are needed. */
  readonly store: Named & Put & Get;
  /** What every key starts with, such as `v1`. */
  readonly prefix?: string;
  /** How a value becomes bytes and back. */
  readonly serializer: Serializer;
}

/**
 * Writes values into a store as a serializer makes bytes of them: `<prefix>/<asset>.<extension>`, and of a partition
 * `<prefix>/<asset>/<partition>/data.<extension>`.
 *
 * Adds the metadata `path` (the full key), `serializer`, `size_bytes` and `write_duration_s`, and names the content by
 * the digest of its bytes.
 *
 * @example
 * ```ts
 * import { superjsonSerializer } from "edgewater/serializer";
 *
 * const io = new SerializedIOHandler({ store: new MemoryStore(), serializer: superjsonSerializer() });
 * ```
 */
export class SerializedIOHandler extends IOHandler {
  readonly #store: Named & Put & Get;
  readonly #prefix: string;
  readonly #serializer: Serializer;

  /** @throws `InvalidPath` when the prefix is none */
  constructor({ store, prefix = "", serializer }: SerializedIOHandlerOptions) {
    super();
    this.#store = store;
    this.#prefix = checkPrefix(store.name, prefix).replace(/\/$/, "");
    this.#serializer = serializer;
  }

  /** @throws `SerializationError`, and whatever the store's `put` throws */
  override async handleOutput(context: OutputContext, value: unknown): Promise<void> {
    const { assetName } = context;
    const key = valueKey(this.#prefix, context, this.#serializer.extension);
    const { inner, wrappers } = layersOf(this.#serializer);
    const bytes = await this.#named(assetName, key, () => inner.encode(value));
    let stored = bytes;
    for (const { wrap } of wrappers) stored = await wrap(stored);
    const start = performance.now();
    const { name, contentType } = this.#serializer;
    await putContent(this.#store, { key, bytes, stored, contentType, serializer: name }, context);
    context.addOutputMetadata({
      path: key,
      serializer: name,
      size_bytes: stored.byteLength,
      write_duration_s: Math.round((performance.now() - start) * 1000) / 1e6,
    });
  }

  override async inspect(context: InputContext): Promise<StoredValue | undefined> {
    const { inspectObject } = await import("./inspect.ts");
    return inspectObject(this.#store, valueKey(this.#prefix, context, this.#serializer.extension), context.signal);
  }

  /**
   * @throws `NotFound`, `Integrity`, `SerializationError`, also when another serializer wrote the value, and whatever the
   * store's `get` throws
   */
  override async loadInput(context: InputContext): Promise<unknown> {
    const { assetName, signal, upstream } = context;
    const key = valueKey(this.#prefix, context, this.#serializer.extension);
    const recorded = upstream?.metadata["serializer"];
    this.#checkName(assetName, key, recorded?.kind === "Text" ? recorded.value : undefined);
    const object = await this.#store.get(key, { signal });
    this.#checkName(assetName, key, serializerOf(object));
    const { inner, wrappers } = layersOf(this.#serializer);
    const unwrap = async (stored: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => {
      let bytes = stored;
      for (const wrapper of [...wrappers].reverse()) bytes = await this.#named(assetName, key, () => wrapper.unwrap(bytes));
      return bytes;
    };
    const bytes = await verifiedBytes(object, { asset: assetName, key, store: this.#store.name }, unwrap);
    return this.#named(assetName, key, () => inner.decode(bytes));
  }

  #checkName(asset: string, key: string, written: string | undefined): void {
    const { name } = this.#serializer;
    if (written === undefined || written === name) return;
    const message = `The asset ${JSON.stringify(asset)} was written by the serializer ${JSON.stringify(written)} and is read by ${JSON.stringify(name)}; give its handler that serializer, or materialize it again`;
    throw new EdgewaterError("SerializationError", message, { store: this.#store.name, key, asset });
  }

  /** A serializer knows neither the asset nor the key. */
  async #named<Value>(asset: string, key: string, work: () => Value | Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (cause) {
      if (!isEdgewaterError(cause)) throw cause;
      throw new EdgewaterError(
        cause.code,
        `${cause.message} (asset ${JSON.stringify(asset)}, key ${JSON.stringify(key)} in ${this.#store.name})`,
        {
          store: this.#store.name,
          key,
          asset,
          field: cause.field,
          cause,
        },
      );
    }
  }
}

/** The serializer whose bytes name the content, and those that change its bytes, from the inside out. */
function layersOf(serializer: Serializer): { inner: Serializer; wrappers: SerializerWrapper[] } {
  const wrappers: SerializerWrapper[] = [];
  let inner = serializer;
  for (; "inner" in inner; inner = (inner as SerializerWrapper).inner) wrappers.unshift(inner as SerializerWrapper);
  return { inner, wrappers };
}
