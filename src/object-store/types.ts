/**
 * The port of every object store: bytes by key. One interface per verb, and one more per capability of a verb; a
 * capability that a store lacks is absent from its type. Verbs are properties, not methods, so that TypeScript holds a
 * store to exactly what it can do: the options of a verb without a capability declare it as `undefined`, and such a
 * store cannot pass where the capability is needed.
 *
 * Obligations of every store:
 * - Keys are those of `path.ts`; any other is refused with `InvalidPath` before anything is touched.
 * - A `put` is seen as a whole or not at all, unless the store's type says that it is not `atomic`.
 * - A `put` that has resolved is seen by every later `get`, `head` and `list`, unless the store's type says that its
 *   `consistency` is eventual.
 * - Nothing is done at construction: no IO, no timer, no randomness.
 * - An aborted `signal` ends the call with `Aborted`.
 * - No error, log or URL shows a secret.
 *
 * @module
 */

/** What every `put` writes: bytes that are at hand. */
export type Body = Uint8Array<ArrayBuffer> | string;

/** What a `put` with streams writes, without holding it in memory where the store is not memory itself. */
export type StreamBody = Body | Blob | ReadableStream<Uint8Array>;

/**
 * What a write expects to find.
 *
 * | mode | the write happens | otherwise |
 * |-|-|-|
 * | `overwrite` | always | |
 * | `create` | if there is no object under the key; of several such writes at once exactly one happens | `AlreadyExists` |
 * | `{ ifMatch }` | if the object under the key has this etag | `PreconditionFailed`, also if there is no object |
 */
export type PutMode = "overwrite" | "create" | { readonly ifMatch: string };

/** What is kept beside the bytes, for people and for programs that read the object. */
export interface Attributes {
  /** A media type such as `application/json`. */
  readonly contentType?: string | undefined;
  /** The caller's own names and values, kept as they are. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The options of a store with neither conditions nor attributes. */
export interface PutOptions {
  readonly mode?: "overwrite" | undefined;
  readonly contentType?: undefined;
  readonly metadata?: undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ConditionalPutOptions extends Omit<PutOptions, "mode"> {
  readonly mode?: PutMode | undefined;
}

export interface AttributesPutOptions extends Omit<PutOptions, keyof Attributes>, Attributes {}

export interface FullPutOptions extends Attributes {
  readonly mode?: PutMode | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PutResult {
  /**
   * Names this content at this key. Opaque. No two writes share one, except that on S3 and R2 two writes of the same
   * bytes do. Absent where the store has none.
   */
  readonly etag: string | undefined;
}

/** Bytes of an object by their position, from 0. */
export interface ByteRange {
  /** The first byte. */
  readonly start: number;
  /** The byte after the last one. Absent or beyond the object: up to its end. */
  readonly end?: number | undefined;
}

/** The options of a store with neither ranges nor conditions. */
export interface GetOptions {
  readonly range?: undefined;
  readonly ifMatch?: undefined;
  readonly ifNoneMatch?: undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RangeGetOptions extends Omit<GetOptions, "range"> {
  readonly range?: ByteRange | undefined;
}

export interface ConditionalGetOptions extends Omit<GetOptions, "ifMatch" | "ifNoneMatch"> {
  /** Reads only the content of this etag. */
  readonly ifMatch?: string | undefined;
  /** Reads only a content that has not this etag. */
  readonly ifNoneMatch?: string | undefined;
}

export interface FullGetOptions extends Omit<ConditionalGetOptions, "range"> {
  readonly range?: ByteRange | undefined;
}

export interface HeadOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface DeleteOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The options of a store that lists everything below a prefix, from the first to the last. */
export interface ListOptions {
  readonly delimiter?: undefined;
  readonly startAfter?: undefined;
  readonly limit?: undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PagedListOptions extends Omit<ListOptions, "startAfter" | "limit"> {
  /** Only what sorts after this text, which need not be a key. */
  readonly startAfter?: string | undefined;
  /** How many at most. */
  readonly limit?: number | undefined;
}

export interface DelimitedListOptions extends Omit<PagedListOptions, "delimiter"> {
  readonly delimiter: "/";
}

/** The options of a store that copies without conditions. */
export interface CopyOptions {
  readonly mode?: "overwrite" | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ConditionalCopyOptions extends Omit<CopyOptions, "mode"> {
  /** What the copy expects to find where it goes. */
  readonly mode?: PutMode | undefined;
}

export interface SignOptions {
  /** What the URL is for: GET unless given. */
  readonly method?: "GET" | "HEAD" | "PUT" | "DELETE" | undefined;
  /** Seconds for which it is good: 3600 unless given. */
  readonly expiresInSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a store knows of an object beside its bytes. */
export interface ObjectMeta {
  readonly key: string;
  /** Bytes, of the whole object also when a range of it is read. */
  readonly size: number;
  readonly etag: string | undefined;
  readonly lastModified: Date | undefined;
}

/** What a store with attributes knows of an object. A list does not tell the attributes. */
export interface FullObjectMeta extends ObjectMeta {
  /** As it was put; absent if it was put without one. */
  readonly contentType: string | undefined;
  /** As it was put; empty if it was put without any. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The objects whose keys go on below a delimiter, in place of each of them. */
export interface CommonPrefix {
  /** Ends with a slash. */
  readonly prefix: string;
}

/** One object that was opened for reading. The body can be read once. */
export interface GetResult<Meta extends ObjectMeta = ObjectMeta> {
  readonly meta: Meta;
  readonly bytes: () => Promise<Uint8Array<ArrayBuffer>>;
  /** The body as UTF-8. */
  readonly text: () => Promise<string>;
  readonly stream: () => ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Every store says what it is, for messages: no secret, no query. */
export interface Named {
  /** Such as `S3Store(quakes)`. */
  readonly name: string;
}

export interface Put<Options = PutOptions, Content = Body> {
  /**
   * Writes the whole object, replacing an earlier one and its attributes. A reader sees the old object or the new one.
   *
   * @throws `InvalidPath`, `QuotaExceeded`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted`; with
   * conditions `AlreadyExists` and `PreconditionFailed`; with attributes `MetadataError`
   */
  readonly put: (key: string, body: Content, options?: Options) => Promise<PutResult>;
}

/** Creates, and replaces what was read: conditions hold against every other writer, whatever its mode. */
export interface ConditionalPut extends Put<ConditionalPutOptions> {}

/** Keeps a content type and metadata with the object. */
export interface AttributesPut extends Put<AttributesPutOptions> {}

/** Takes Blobs and streams. A stream that fails leaves the old object. */
export interface StreamPut extends Put<PutOptions, StreamBody> {}

/** All that a `put` can do, in one call. */
export interface FullPut extends Put<FullPutOptions, StreamBody> {}

export interface Get<Options = GetOptions, Meta extends ObjectMeta = ObjectMeta> {
  /**
   * @throws `NotFound`, `InvalidPath`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted`; with ranges
   * `InvalidRange`; with conditions `PreconditionFailed` and `NotModified`
   */
  readonly get: (key: string, options?: Options) => Promise<GetResult<Meta>>;
}

/**
 * Reads a part of an object. A range that starts at the end of the object or beyond it is refused with `InvalidRange`,
 * and so is an empty one; only an empty object can be read from 0, which gives nothing. An end beyond the object is its end.
 */
export interface RangeGet extends Get<RangeGetOptions> {}

/** Reads depending on the etag: another than `ifMatch` is `PreconditionFailed`, the very `ifNoneMatch` is `NotModified`. */
export interface ConditionalGet extends Get<ConditionalGetOptions> {}

/** All that a `get` can do, in one call. */
export interface FullGet extends Get<FullGetOptions, FullObjectMeta> {}

export interface Head<Meta extends ObjectMeta = ObjectMeta> {
  /** @throws `NotFound`, `InvalidPath`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted` */
  readonly head: (key: string, options?: HeadOptions) => Promise<Meta>;
}

export interface Delete {
  /** Deletes one object or several. Deleting a missing key succeeds. */
  readonly delete: (keys: string | readonly string[], options?: DeleteOptions) => Promise<void>;
}

export interface List<Options = ListOptions> {
  /**
   * Lists what lies below a prefix, in UTF-8 order, following every page. The prefix matches whole segments: `p` and
   * `p/` list `p/x`, never `pp/x`; an empty prefix lists everything.
   */
  readonly list: (prefix?: string, options?: Options) => AsyncIterable<ObjectMeta>;
}

/** Lists from a place on, and no more than is wanted. */
export interface PagedList extends List<PagedListOptions> {}

/**
 * Lists one level: with a delimiter, all objects below `p/x/` are the one entry `{ prefix: "p/x/" }`. It sorts, counts
 * for `limit` and is compared with `startAfter` as this text, so that the next page starts after the last entry.
 */
export interface DelimitedList {
  readonly list: {
    (prefix?: string, options?: PagedListOptions): AsyncIterable<ObjectMeta>;
    (prefix: string | undefined, options: DelimitedListOptions): AsyncIterable<ObjectMeta | CommonPrefix>;
  };
}

export interface Copy<Options = CopyOptions> {
  /**
   * Copies an object with its attributes, replacing an earlier one. Gives the etag of the copy.
   *
   * @throws `NotFound` for a missing source, and whatever `put` throws for where it goes
   */
  readonly copy: (from: string, to: string, options?: Options) => Promise<PutResult>;
}

/** Copies depending on what is there. */
export interface ConditionalCopy extends Copy<ConditionalCopyOptions> {}

export interface Sign {
  /**
   * A URL that lets whoever has it do one thing with one object for a while, without credentials. It is a secret as
   * long as it is good. Whether the object exists is not asked.
   *
   * @throws `InvalidPath`, `Unauthenticated`, `Aborted`; `SettingsError` for a time that the store cannot sign
   */
  readonly signedUrl: (key: string, options?: SignOptions) => Promise<string>;
}

/** What is promised of every write. A store that cannot promise it says so, and then is no `ObjectStore`. */
export interface Guarantees {
  /** `false` of a store whose readers may see a part of a write, or nothing while it is replaced. */
  readonly atomic?: true | undefined;
  /** `eventual` of a store that shows a write some time later: for values and copies, never for pointers, locks or logs. */
  readonly consistency?: "strong" | undefined;
}

/** What every store of this library offers, but for those that say what they cannot promise. */
export interface ObjectStore extends Named, Guarantees, Put, Get, Head, Delete, List {}

/** A store with every capability of this port. */
export interface FullObjectStore
  extends Named,
    Guarantees,
    FullPut,
    FullGet,
    Head<FullObjectMeta>,
    Delete,
    DelimitedList,
    ConditionalCopy {}
