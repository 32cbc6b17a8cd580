/** Turns values into bytes and back. */
export interface Serializer {
  /** Recorded with every materialization, such as `superjson`. */
  readonly name: string;
  /** Media type of the bytes, kept with the object where the store can. */
  readonly contentType: string;
  /** The end of a serialized asset's key, without the dot. */
  readonly extension: string;
  /** The most bytes that `decode` reads, when there is a limit. Wrappers hold it while they make the bytes. */
  readonly maxBytes?: number | undefined;
  /**
   * Writes a value as bytes. Returns a promise only for a value that must be waited for, such as a Blob.
   *
   * @throws `SerializationError` with the path in `field`, for a value that cannot be written without loss
   */
  readonly encode: (value: unknown) => Bytes | Promise<Bytes>;
  /**
   * Reads a value back from its bytes.
   *
   * @throws `SerializationError` for bytes that this serializer did not write
   */
  readonly decode: (bytes: Bytes) => unknown;
}

/** Bytes with a buffer that is not shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A serializer that changes the bytes of another, such as by compressing them. A data version is that of the inner bytes. */
export interface SerializerWrapper extends Serializer {
  /** The serializer whose bytes it changes. */
  readonly inner: Serializer;
  /** Turns the inner bytes into those that are stored. */
  readonly wrap: (bytes: Bytes) => Promise<Bytes>;
  /**
   * Turns stored bytes into the inner ones.
   *
   * @throws `SerializationError` for bytes that it did not make, and for more inner bytes than are allowed
   */
  readonly unwrap: (bytes: Bytes) => Promise<Bytes>;
}
