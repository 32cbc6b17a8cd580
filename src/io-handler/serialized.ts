import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { checkPrefix } from "../object-store/path.ts";
import type { Get, Named, Put } from "../object-store/types.ts";
import type { Serializer } from "../serializer/types.ts";
import { putContent, verifiedBytes } from "./content.ts";
import { IOHandler } from "./handler.ts";
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
    const bytes = this.#named(assetName, key, () => this.#serializer.encode(value));
    const start = performance.now();
    await putContent(this.#store, { key, bytes, contentType: this.#serializer.contentType }, context);
    context.addOutputMetadata({
      path: key,
      serializer: this.#serializer.name,
      size_bytes: bytes.byteLength,
      write_duration_s: Math.round((performance.now() - start) * 1000) / 1e6,
    });
  }

  /** @throws `NotFound`, `Integrity`, `SerializationError`, and whatever the store's `get` throws */
  override async loadInput(context: InputContext): Promise<unknown> {
    const { assetName, signal } = context;
    const key = valueKey(this.#prefix, context, this.#serializer.extension);
    const object = await this.#store.get(key, { signal });
    const bytes = await verifiedBytes(object, { asset: assetName, key, store: this.#store.name });
    return this.#named(assetName, key, () => this.#serializer.decode(bytes));
  }

  /** A serializer knows neither the asset nor the key. */
  #named<Value>(asset: string, key: string, work: () => Value): Value {
    try {
      return work();
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
