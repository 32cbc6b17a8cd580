/**
 * The port of every object store: bytes by key. One interface per verb; a capability that a store lacks is absent from
 * its type. Verbs are properties, not methods, so that TypeScript holds a store to exactly what it can do.
 *
 * Obligations of every store:
 * - Keys are those of `path.ts`; any other is refused with `InvalidPath` before anything is touched.
 * - A `put` that has resolved is seen by every later `get`, `head` and `list`.
 * - Nothing is done at construction: no IO, no timer, no randomness.
 * - An aborted `signal` ends the call with `Aborted`.
 * - No error, log or URL shows a secret.
 *
 * @module
 */

/** What `put` writes. */
export type Body = Uint8Array<ArrayBuffer> | string;

export interface PutOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PutResult {
  /** Names this content at this key; changes with every write. Opaque. Absent where the store has none. */
  readonly etag: string | undefined;
}

export interface GetOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface HeadOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface DeleteOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What a store knows of an object beside its bytes. */
export interface ObjectMeta {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly etag: string | undefined;
  readonly lastModified: Date | undefined;
}

/** One object that was opened for reading. The body can be read once. */
export interface GetResult {
  readonly meta: ObjectMeta;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** The body as UTF-8. */
  text(): Promise<string>;
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Every store says what it is, for messages: no secret, no query. */
export interface Named {
  /** Such as `S3Store(quakes)`. */
  readonly name: string;
}

export interface Put {
  /**
   * Writes the whole object, replacing an earlier one.
   *
   * @throws `InvalidPath`, `QuotaExceeded`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted`
   */
  readonly put: (key: string, body: Body, options?: PutOptions) => Promise<PutResult>;
}

export interface Get {
  /** @throws `NotFound`, `InvalidPath`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted` */
  readonly get: (key: string, options?: GetOptions) => Promise<GetResult>;
}

export interface Head {
  /** @throws `NotFound`, `InvalidPath`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted` */
  readonly head: (key: string, options?: HeadOptions) => Promise<ObjectMeta>;
}

export interface Delete {
  /** Deletes one object or several. Deleting a missing key succeeds. */
  readonly delete: (keys: string | readonly string[], options?: DeleteOptions) => Promise<void>;
}

export interface List {
  /**
   * Lists what lies below a prefix, in UTF-8 order, following every page. The prefix matches whole segments: `p` and
   * `p/` list `p/x`, never `pp/x`; an empty prefix lists everything.
   */
  readonly list: (prefix?: string, options?: ListOptions) => AsyncIterable<ObjectMeta>;
}

/** What every store of this library offers. */
export interface ObjectStore extends Named, Put, Get, Head, Delete, List {}
