import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { checkPrefix } from "../object-store/path.ts";
import type { Get, Named, Put } from "../object-store/types.ts";
import { aString, checkOptions, type OptionKinds, required, withMethods } from "../options.ts";
import type { Reach } from "../reach.ts";
import type { Serializer, SerializerWrapper } from "../serializer/types.ts";
import type { InputContext, OutputContext } from "./contexts.ts";
import { digestOf } from "./data-version.ts";
import { aStore, handlerName, type InspectOptions, IOHandler, type StoredValue, type ValueHistory } from "./handler.ts";
import { aHistory, type HistoryOptions } from "./history.ts";
import { attachStore } from "./stored-in.ts";
import { inspectObject, putContent, secondsSince, serializerOf, verifiedBytes } from "./stored-object.ts";
import { ValueKeys } from "./value-keys.ts";

/** Options of {@link SerializedIOHandler}. */
export interface SerializedIOHandlerOptions {
  /** The store of the values. Only `put` and `get` are needed. */
  readonly store: Named & Put & Get;
  /** The prefix of every key, such as `v1`. */
  readonly prefix?: string;
  /** Converts values to bytes and back. */
  readonly serializer: Serializer;
  /** Whether every version of a value is kept, so that it can be loaded and brought back; false unless given. */
  readonly history?: boolean | HistoryOptions;
}

const kinds: OptionKinds<SerializedIOHandlerOptions> = {
  store: aStore,
  prefix: aString,
  serializer: required(withMethods("a serializer", "encode", "decode")),
  history: aHistory,
};

/**
 * Writes values to a store with a serializer: `<prefix>/<asset>.<extension>`, or for a partition
 * `<prefix>/<asset>/<partition>/data.<extension>`. With `history`, every version stays:
 * `<prefix>/<asset>[/<partition>]/versions/<time>-<digest>-<write>.<extension>`.
 *
 * Adds the metadata `path` (the full key), `serializer`, `size_bytes` and `write_duration_s`. The digest of the bytes is the
 * data version, unless the asset gives another.
 *
 * @example
 * ```ts
 * import { superjsonSerializer } from "edgewater/serializer";
 *
 * const io = new SerializedIOHandler({ store: new MemoryStore(), serializer: superjsonSerializer() });
 * ```
 */
export class SerializedIOHandler extends IOHandler {
  override readonly announcesWrites = true;
  override readonly history: ValueHistory | undefined;
  override readonly reach: Reach | undefined;
  readonly #store: Named & Put & Get;
  readonly #keys: ValueKeys;
  readonly #serializer: Serializer;

  /** @throws `InvalidPath` for an invalid prefix, `SettingsError` for any other invalid option */
  constructor(options: SerializedIOHandlerOptions) {
    super();
    const owner = new.target.name || "SerializedIOHandler";
    checkOptions(owner, options, kinds);
    const { store, prefix = "", serializer, history } = options;
    this.#store = store;
    this.reach = store.reach;
    this.#serializer = serializer;
    this.#keys = new ValueKeys(owner, store, checkPrefix(store.name, prefix).replace(/\/$/, ""), serializer.extension, history);
    this.history = this.#keys.history;
    attachStore(this, store, this.#keys);
    // A handler that cannot delete says so by having no such method.
    if (!this.#keys.canDelete) Object.assign(this, { remove: undefined });
  }

  /** @throws `SerializationError`, and the errors of the store's `put` */
  override async handleOutput(context: OutputContext, value: unknown): Promise<void> {
    const { assetName } = context;
    const { inner, wrappers } = layersOf(this.#serializer);
    const bytes = await this.#withNames(assetName, this.#keys.ofPlace(context), () => inner.encode(value));
    let stored = bytes;
    for (const { wrap } of wrappers) stored = await wrap(stored);
    const start = performance.now();
    const { name, contentType } = this.#serializer;
    const digest = await digestOf(bytes);
    const target = await this.#keys.toWrite(context, digest);
    context.addOutputMetadata({ path: target.key, serializer: name, size_bytes: stored.byteLength });
    await putContent(this.#store, { target, digest, stored, contentType, serializer: name }, context);
    context.addOutputMetadata({ write_duration_s: secondsSince(start) });
  }

  /** Describes the stored object without reading it, unless its digest is asked for and the store does not keep it. */
  override async inspect(context: InputContext, options: InspectOptions = {}): Promise<StoredValue | undefined> {
    const key = this.#keys.toRead(context);
    return inspectObject(
      this.#store,
      key,
      context.signal,
      options.digest ? (stored) => this.#unwrap(context.assetName, key, stored) : undefined,
    );
  }

  override identity(context: InputContext): unknown {
    const { name: serializer } = this.#serializer;
    const handler = handlerName(this, SerializedIOHandler, "SerializedIOHandler");
    return { handler, serializer, store: this.#store.name, path: this.#keys.nameOf(context) };
  }

  /** Deletes the stored object. */
  override remove(context: InputContext): Promise<void> {
    return this.#keys.remove(context);
  }

  /**
   * Loads a value and checks its digest.
   *
   * @throws `NotFound`, `Integrity`, `SerializationError`, also when another serializer wrote the value, and the errors of
   * the store's `get`
   */
  override async loadInput(context: InputContext): Promise<unknown> {
    const { assetName, signal, upstream } = context;
    const key = this.#keys.toRead(context);
    const recorded = upstream?.metadata["serializer"];
    this.#checkName(assetName, key, recorded?.kind === "Text" ? recorded.value : undefined);
    const object = await this.#store.get(key, { signal });
    this.#checkName(assetName, key, serializerOf(object));
    const { inner } = layersOf(this.#serializer);
    const target = { asset: assetName, key, store: this.#store.name };
    const bytes = await verifiedBytes(object, target, context, (stored) => this.#unwrap(assetName, key, stored));
    return this.#withNames(assetName, key, () => inner.decode(bytes));
  }

  /** Undoes the changes that were made for storage. */
  async #unwrap(asset: string, key: string, stored: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    let bytes = stored;
    for (const wrapper of layersOf(this.#serializer).wrappers.toReversed())
      bytes = await this.#withNames(asset, key, () => wrapper.unwrap(bytes));
    return bytes;
  }

  #checkName(asset: string, key: string, written: string | undefined): void {
    const { name } = this.#serializer;
    if (written === undefined || written === name) return;
    const message = `Cannot read the asset ${JSON.stringify(asset)} with the serializer ${JSON.stringify(name)}: it was written by ${JSON.stringify(written)}; give its handler that serializer, or materialize it again`;
    throw new EdgewaterError("SerializationError", message, { store: this.#store.name, key, asset });
  }

  /** Adds the asset and the key to the errors of the serializer, which does not know them. */
  async #withNames<Value>(asset: string, key: string, work: () => Value | Promise<Value>): Promise<Value> {
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

/** Returns the serializer whose bytes are digested, and the wrappers around it, the innermost first. */
function layersOf(serializer: Serializer): { inner: Serializer; wrappers: SerializerWrapper[] } {
  const wrappers: SerializerWrapper[] = [];
  let inner = serializer;
  for (; "inner" in inner; inner = (inner as SerializerWrapper).inner) wrappers.unshift(inner as SerializerWrapper);
  return { inner, wrappers };
}
