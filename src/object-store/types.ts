/**
 * The port that every object store implements: bytes by key. There is one interface per verb and one per capability of a
 * verb; a capability that a store lacks is absent from its type. Verbs are properties, not methods, so that TypeScript
 * compares their options strictly: the options of a verb without a capability declare it as `undefined`, so such a store
 * cannot be passed where the capability is needed.
 *
 * Every store has these obligations:
 * - It accepts the keys that `path.ts` describes, and refuses any other with `InvalidPath` before it does anything.
 * - Readers see a `put` as a whole or not at all, unless the type of the store says `atomic: false`.
 * - A `put` that has resolved is visible to every later `get`, `head` and `list`, unless the type of the store says
 *   `consistency: "eventual"`.
 * - Its constructor does no IO, sets no timer and draws no random numbers.
 * - An aborted `signal` ends a call with `Aborted`.
 * - Errors contain no secrets.
 *
 * @module
 */
import type { Reach } from "../reach.ts";

/** A body in memory, which every `put` accepts: bytes, or text that is written as UTF-8. */
export type Body = Uint8Array<ArrayBuffer> | string;

/** A body that a `put` with the capability {@link StreamPut} accepts. Blobs and streams are not loaded into memory as a whole. */
export type StreamBody = Body | Blob | ReadableStream<Uint8Array>;

/**
 * The condition of a write.
 *
 * | mode | the write is done | otherwise |
 * |-|-|-|
 * | `overwrite` | always | |
 * | `create` | if the key has no object; of several concurrent writes exactly one is done | `AlreadyExists` |
 * | `{ ifMatch }` | if the object of the key has this etag | `PreconditionFailed`, also if there is no object |
 */
export type PutMode = "overwrite" | "create" | { readonly ifMatch: string };

/** What is stored with the bytes of an object. */
export interface Attributes {
  /** A media type such as `application/json`. */
  readonly contentType?: string | undefined;
  /** Names and values of the caller, stored exactly as they are. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Options of a `put` with neither conditions nor attributes. */
export interface PutOptions {
  /** The only mode without conditions: replaces an earlier object. */
  readonly mode?: "overwrite" | undefined;
  /** Not supported without {@link AttributesPut}. */
  readonly contentType?: undefined;
  /** Not supported without {@link AttributesPut}. */
  readonly metadata?: undefined;
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a `put` with conditions. */
export interface ConditionalPutOptions extends Omit<PutOptions, "mode"> {
  /** The condition of the write. Default: `overwrite`. */
  readonly mode?: PutMode | undefined;
}

/** Options of a `put` with attributes. */
export interface AttributesPutOptions extends Omit<PutOptions, keyof Attributes>, Attributes {}

/** Options of a `put` with every capability. */
export interface FullPutOptions extends Attributes {
  /** The condition of the write. Default: `overwrite`. */
  readonly mode?: PutMode | undefined;
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** The result of a write. */
export interface PutResult {
  /**
   * Identifies this version of the object; opaque. Every write has another etag, except that on S3 and R2 two writes of
   * the same bytes have the same. Undefined if the store has no etags.
   */
  readonly etag: string | undefined;
}

/** A range of the bytes of an object; positions start at 0. */
export interface ByteRange {
  /** The position of the first byte. */
  readonly start: number;
  /** The position after the last byte. Default, and if it is larger: the size of the object. */
  readonly end?: number | undefined;
}

/** Options of a `get` with neither ranges nor conditions. */
export interface GetOptions {
  /** Not supported without {@link RangeGet}. */
  readonly range?: undefined;
  /** Not supported without {@link ConditionalGet}. */
  readonly ifMatch?: undefined;
  /** Not supported without {@link ConditionalGet}. */
  readonly ifNoneMatch?: undefined;
  /** Ends the call, and the reading of the body, with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a `get` with ranges. */
export interface RangeGetOptions extends Omit<GetOptions, "range"> {
  /** The bytes to read. Default: all. */
  readonly range?: ByteRange | undefined;
}

/** Options of a `get` with conditions. */
export interface ConditionalGetOptions extends Omit<GetOptions, "ifMatch" | "ifNoneMatch"> {
  /** Reads the object only if it has this etag; otherwise `PreconditionFailed`. */
  readonly ifMatch?: string | undefined;
  /** Reads the object only if it has another etag; otherwise `NotModified`. */
  readonly ifNoneMatch?: string | undefined;
}

/** Options of a `get` with every capability. */
export interface FullGetOptions extends Omit<ConditionalGetOptions, "range"> {
  /** The bytes to read. Default: all. */
  readonly range?: ByteRange | undefined;
}

/** Options of `head`. */
export interface HeadOptions {
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `delete`. */
export interface DeleteOptions {
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a `list` that returns all objects below a prefix. */
export interface ListOptions {
  /** Not supported without {@link DelimitedList}. */
  readonly delimiter?: undefined;
  /** Not supported without {@link PagedList}. */
  readonly startAfter?: undefined;
  /** Not supported without {@link PagedList}. */
  readonly limit?: undefined;
  /** Ends the list with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a `list` with pagination. */
export interface PagedListOptions extends Omit<ListOptions, "startAfter" | "limit"> {
  /** Lists only entries that sort after this text, which need not be a key. */
  readonly startAfter?: string | undefined;
  /** The largest number of entries. Default: all. */
  readonly limit?: number | undefined;
}

/** Options of a `list` with a delimiter. */
export interface DelimitedListOptions extends Omit<PagedListOptions, "delimiter"> {
  /** Lists one level: see {@link DelimitedList}. */
  readonly delimiter: "/";
}

/** Options of a `copy` without conditions. */
export interface CopyOptions {
  /** The only mode without conditions: replaces an earlier object. */
  readonly mode?: "overwrite" | undefined;
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a `copy` with conditions. */
export interface ConditionalCopyOptions extends Omit<CopyOptions, "mode"> {
  /** The condition on the target of the copy. Default: `overwrite`. */
  readonly mode?: PutMode | undefined;
}

/** Options of `signedUrl`. */
export interface SignOptions {
  /** The HTTP method that the URL allows. Default: GET. */
  readonly method?: "GET" | "HEAD" | "PUT" | "DELETE" | undefined;
  /** How long the URL is valid, in seconds. Default: 3600. */
  readonly expiresInSeconds?: number | undefined;
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** The metadata of an object. */
export interface ObjectMeta {
  /** The key of the object. */
  readonly key: string;
  /** Size of the whole object in bytes, also if a range of it is read. */
  readonly size: number;
  /** Identifies this version of the object. Undefined if the store has no etags. */
  readonly etag: string | undefined;
  /** When the object was written. Undefined if the store does not know it. */
  readonly lastModified: Date | undefined;
}

/** The metadata of an object in a store with attributes, as `get` and `head` return it. Lists do not return attributes. */
export interface FullObjectMeta extends ObjectMeta {
  /** The content type of the `put`; undefined if it had none. */
  readonly contentType: string | undefined;
  /** The metadata of the `put`; empty if it had none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Stands in a list for all objects whose keys start with it. */
export interface CommonPrefix {
  /** The prefix, which ends with a slash. */
  readonly prefix: string;
}

/**
 * An object that was opened for reading. Its body can be read once, by one of the three functions. They may be methods
 * that use `this`, so call them on the object: `opened.bytes()`.
 */
export interface GetResult<Meta extends ObjectMeta = ObjectMeta> {
  /** The metadata of the object. */
  readonly meta: Meta;
  /** Reads the whole body. */
  readonly bytes: () => Promise<Uint8Array<ArrayBuffer>>;
  /** Reads the whole body as UTF-8 text. */
  readonly text: () => Promise<string>;
  /** Returns the body as a stream. */
  readonly stream: () => ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** A store has a name. */
export interface Named {
  /** The name for messages, such as `S3Store(quakes)`. Contains no secret. */
  readonly name: string;
  /** From where the same objects can be reached; anywhere unless given. */
  readonly reach?: Reach | undefined;
}

/** Writes objects. */
export interface Put<Options = PutOptions, Content = Body> {
  /**
   * Writes an object, and replaces an earlier one together with its attributes. Readers see the old object or the new one.
   *
   * @throws `InvalidPath`, `QuotaExceeded`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted`; with
   * conditions `AlreadyExists` and `PreconditionFailed`; with attributes `MetadataError`
   */
  readonly put: (key: string, body: Content, options?: Options) => Promise<PutResult>;
}

/** Writes under a condition, which holds against all other writers, whatever their mode. */
export interface ConditionalPut extends Put<ConditionalPutOptions> {}

/** Stores a content type and metadata with the object. */
export interface AttributesPut extends Put<AttributesPutOptions> {}

/** Accepts Blobs and streams. If a stream fails, the old object stays. */
export interface StreamPut extends Put<PutOptions, StreamBody> {}

/** A `put` with every capability, which can be combined in one call. */
export interface FullPut extends Put<FullPutOptions, StreamBody> {}

/** Reads objects. */
export interface Get<Options = GetOptions, Meta extends ObjectMeta = ObjectMeta> {
  /**
   * Opens an object for reading.
   *
   * @throws `NotFound`, `InvalidPath`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted`; with ranges
   * `InvalidRange`; with conditions `PreconditionFailed` and `NotModified`
   */
  readonly get: (key: string, options?: Options) => Promise<GetResult<Meta>>;
}

/**
 * Reads a range of an object. An empty range, and a range that starts at the end of the object or later, is refused with
 * `InvalidRange`; only an empty object can be read from 0, which returns no bytes. An end beyond the object means its end.
 */
export interface RangeGet extends Get<RangeGetOptions> {}

/** Reads under a condition on the etag: fails with `PreconditionFailed` for `ifMatch` and `NotModified` for `ifNoneMatch`. */
export interface ConditionalGet extends Get<ConditionalGetOptions> {}

/** A `get` with every capability, which can be combined in one call. */
export interface FullGet extends Get<FullGetOptions, FullObjectMeta> {}

/** Reads metadata. */
export interface Head<Meta extends ObjectMeta = ObjectMeta> {
  /**
   * Reads the metadata of an object.
   *
   * @throws `NotFound`, `InvalidPath`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted`
   */
  readonly head: (key: string, options?: HeadOptions) => Promise<Meta>;
}

/** Deletes objects. */
export interface Delete {
  /**
   * Deletes one object or several. Deleting a missing key succeeds.
   *
   * @throws `InvalidPath`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted`
   */
  readonly delete: (keys: string | readonly string[], options?: DeleteOptions) => Promise<void>;
}

/** Lists objects. */
export interface List<Options = ListOptions> {
  /**
   * Lists all objects below a prefix, in UTF-8 order of their keys. The prefix matches whole segments: `p` and `p/` list
   * `p/x`, but not `pp/x`; an empty prefix lists everything.
   *
   * @throws `InvalidPath`, `PermissionDenied`, `Unauthenticated`, `Unavailable`, `Aborted`; with pagination `InvalidRange`
   */
  readonly list: (prefix?: string, options?: Options) => AsyncIterable<ObjectMeta>;
}

/** Lists in pages: from a start, and up to a limit. */
export interface PagedList extends List<PagedListOptions> {}

/**
 * Lists one level: with a delimiter, one entry `{ prefix: "p/x/" }` stands for all objects below `p/x/`. It sorts by this
 * text, counts as one for `limit`, and is compared with `startAfter`, so the next page starts after the last entry.
 */
export interface DelimitedList {
  /** As `list` of {@link PagedList}; with `delimiter`, one level. */
  readonly list: {
    (prefix?: string, options?: PagedListOptions): AsyncIterable<ObjectMeta>;
    (prefix: string | undefined, options: DelimitedListOptions): AsyncIterable<ObjectMeta | CommonPrefix>;
  };
}

/** Copies objects within the store. */
export interface Copy<Options = CopyOptions> {
  /**
   * Copies an object with its attributes, and replaces an earlier one. Returns the etag of the copy.
   *
   * @throws `NotFound` for a missing source, and the errors of `put` for the target
   */
  readonly copy: (from: string, to: string, options?: Options) => Promise<PutResult>;
}

/** Copies under a condition on the target. */
export interface ConditionalCopy extends Copy<ConditionalCopyOptions> {}

/** Creates signed URLs. */
export interface Sign {
  /**
   * Creates a URL that allows one HTTP method on one object for some time, without credentials. Treat it as a secret
   * while it is valid. Does not check whether the object exists.
   *
   * @throws `InvalidPath`, `Unauthenticated`, `Aborted`; `SettingsError` for a time that the store cannot sign
   */
  readonly signedUrl: (key: string, options?: SignOptions) => Promise<string>;
}

/** The guarantees of an {@link ObjectStore}. A store that lacks one declares it, and then its type is not an `ObjectStore`. */
export interface Guarantees {
  /** A store declares `false` if a reader may see a part of a write, or no object while it is replaced. */
  readonly atomic?: true | undefined;
  /** A store declares `eventual` if a write may become visible later. Do not keep pointers, locks or logs in such a store. */
  readonly consistency?: "strong" | undefined;
  /**
   * A store with {@link ConditionalPut} declares what its etags name. `write`: every write gives the object another etag.
   * `content`: two writes of the same bytes give it the same one, so a condition does not notice that the same bytes were written
   * again. Handlers write without conditions to a store that does not declare it.
   */
  readonly etags?: "write" | "content" | undefined;
}

/** A store with the basic verbs and all guarantees. */
export interface ObjectStore extends Named, Guarantees, Put, Get, Head, Delete, List {}

/** A store with every capability of the port. */
export interface FullObjectStore
  extends Named,
    Guarantees,
    FullPut,
    FullGet,
    Head<FullObjectMeta>,
    Delete,
    DelimitedList,
    ConditionalCopy {}
