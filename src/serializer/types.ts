/** How a value becomes bytes and back. */
export interface Serializer {
  /** Recorded with every materialization, such as `superjson`. */
  readonly name: string;
  /** Media type of its bytes, kept with the object where the store can. */
  readonly contentType: string;
  /** What the key of a serialized asset ends with, without the dot. */
  readonly extension: string;
  /** @throws `SerializationError` with the JSON path in `field`, for a value that cannot be written without loss */
  readonly encode: (value: unknown) => Uint8Array<ArrayBuffer>;
  /** @throws `SerializationError` for bytes that this serializer did not write */
  readonly decode: (bytes: Uint8Array<ArrayBuffer>) => unknown;
}
