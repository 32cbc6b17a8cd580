/** The part of a Worker's `R2Bucket` binding that the store uses, so that it needs no Cloudflare types. */
export interface R2BucketBinding {
  /** Writes an object. Resolves with null if the condition does not hold. */
  put(key: string, value: Uint8Array<ArrayBuffer> | Blob | ReadableStream, options?: R2PutOptions): Promise<R2Object | null>;
  /** Opens an object. Resolves with null if there is none, and without a body if the condition does not hold. */
  get(key: string, options?: { readonly onlyIf?: R2Conditions; readonly range?: R2Range }): Promise<R2Object | R2ObjectBody | null>;
  /** Reads the metadata of an object. Resolves with null if there is none. */
  head(key: string): Promise<R2Object | null>;
  /** Deletes up to 1,000 objects. */
  delete(keys: string[]): Promise<void>;
  /** Lists one page of objects. */
  list(options: R2ListOptions): Promise<R2Page>;
  /** Starts a multipart upload. */
  createMultipartUpload(key: string, options?: R2Attributes): Promise<R2UploadBinding>;
}

/** A multipart upload. */
export interface R2UploadBinding {
  /** Uploads a part; numbers start at 1. */
  uploadPart(partNumber: number, value: Uint8Array<ArrayBuffer>): Promise<R2UploadedPart>;
  /** Publishes the object. */
  complete(parts: R2UploadedPart[]): Promise<R2Object>;
  /** Discards the upload and its parts. */
  abort(): Promise<void>;
}

/** A part of a multipart upload that R2 has received. */
export interface R2UploadedPart {
  /** The number of the part. */
  partNumber: number;
  /** The etag of the part. */
  etag: string;
}

/** Content type and metadata of an object. */
export interface R2Attributes {
  /** The content type. */
  readonly httpMetadata?: { contentType?: string };
  /** The metadata. */
  readonly customMetadata?: Record<string, string>;
}

/** Options of `put`. */
export interface R2PutOptions extends R2Attributes {
  /** The condition of the write. */
  readonly onlyIf?: R2Conditions;
}

/** Conditions of `put` and `get`. Etags are without quotes. */
export interface R2Conditions {
  /** Holds for an object with this etag. */
  readonly etagMatches?: string;
  /** Holds for an object with another etag; `*` for no object. */
  readonly etagDoesNotMatch?: string;
}

/** A range of bytes. */
export interface R2Range {
  /** The position of the first byte. */
  readonly offset: number;
  /** The number of bytes. Default: up to the end. */
  readonly length?: number;
}

/** Options of `list`. */
export interface R2ListOptions {
  /** Lists only keys that start with this text. */
  readonly prefix?: string;
  /** Groups keys up to the next delimiter. */
  readonly delimiter?: string;
  /** Lists only keys after this one. */
  readonly startAfter?: string;
  /** The largest number of entries, up to 1,000. */
  readonly limit?: number;
  /** The cursor of the page before. */
  readonly cursor?: string;
}

/** The metadata of an object. */
export interface R2Object {
  /** The key. */
  readonly key: string;
  /** Size in bytes. */
  readonly size: number;
  /** The etag without quotes. */
  readonly etag: string;
  /** The etag with quotes. */
  readonly httpEtag: string;
  /** When the object was written. */
  readonly uploaded: Date;
  /** The content type. */
  readonly httpMetadata?: { contentType?: string };
  /** The metadata. */
  readonly customMetadata?: Record<string, string>;
}

/** An opened object. If a condition of `get` does not hold, R2 returns an {@link R2Object} without a body. */
export interface R2ObjectBody extends R2Object {
  /** The body. */
  readonly body: ReadableStream;
}

/** One page of a list. */
export interface R2Page {
  /** The objects of the page. */
  readonly objects: readonly R2Object[];
  /** The common prefixes of the page. */
  readonly delimitedPrefixes: readonly string[];
  /** Whether there are more pages. */
  readonly truncated: boolean;
  /** The cursor of the next page. */
  readonly cursor?: string;
}
