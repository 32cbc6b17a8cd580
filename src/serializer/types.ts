/** How a value becomes bytes and back. */
export interface Serializer {
  /** Recorded with every materialization, such as `superjson`. */
  readonly name: string;
  /** Media type of its bytes, kept with the object where the store can. */
  readonly contentType: string;
  /** What the key of a serialized asset ends with, without the dot. */
  readonly extension: string;
  /**
   * A promise only where the value itself can be read only by waiting, such as a Blob.
   *
   * @throws `SerializationError` with the path in `field`, for a value that cannot be written without loss
   */
  readonly encode: (value: unknown) => Bytes | Promise<Bytes>;
  /** @throws `SerializationError` for bytes that this serializer did not write */
  readonly decode: (bytes: Bytes) => unknown;
}

export type Bytes = Uint8Array<ArrayBuffer>;

/** A serializer that changes the bytes of another, such as by compressing them. Versions of data name the inner bytes. */
export interface SerializerWrapper extends Serializer {
  /** Whose bytes it changes. */
  readonly inner: Serializer;
  /** From the inner bytes to those that are stored. */
  readonly wrap: (bytes: Bytes) => Promise<Bytes>;
  /** @throws `SerializationError` for bytes that it did not make */
  readonly unwrap: (bytes: Bytes) => Promise<Bytes>;
}
