/** The part of a Worker's `R2Bucket` binding that the store uses, so that it needs no Cloudflare types. */
export interface R2BucketBinding {
  put(key: string, value: Uint8Array<ArrayBuffer> | Blob | ReadableStream, options?: R2PutOptions): Promise<R2Object | null>;
  get(key: string, options?: { readonly onlyIf?: R2Conditions; readonly range?: R2Range }): Promise<R2Object | R2ObjectBody | null>;
  head(key: string): Promise<R2Object | null>;
  delete(keys: string[]): Promise<void>;
  list(options: R2ListOptions): Promise<R2Page>;
  createMultipartUpload(key: string, options?: R2Attributes): Promise<R2UploadBinding>;
}

/** A multipart upload. */
export interface R2UploadBinding {
  uploadPart(partNumber: number, value: Uint8Array<ArrayBuffer>): Promise<R2UploadedPart>;
  complete(parts: R2UploadedPart[]): Promise<R2Object>;
  abort(): Promise<void>;
}

/** A part of a multipart upload that R2 has received. */
export interface R2UploadedPart {
  partNumber: number;
  etag: string;
}

/** Content type and metadata of an object. */
export interface R2Attributes {
  readonly httpMetadata?: { contentType?: string };
  readonly customMetadata?: Record<string, string>;
}

/** Options of `put`. */
export interface R2PutOptions extends R2Attributes {
  readonly onlyIf?: R2Conditions;
}

/** Conditions of `put` and `get`. Etags are without quotes. */
export interface R2Conditions {
  readonly etagMatches?: string;
  readonly etagDoesNotMatch?: string;
}

/** A range of bytes. */
export interface R2Range {
  readonly offset: number;
  readonly length?: number;
}

/** Options of `list`. */
export interface R2ListOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly startAfter?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** The metadata of an object. */
export interface R2Object {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly httpEtag: string;
  readonly uploaded: Date;
  readonly httpMetadata?: { contentType?: string };
  readonly customMetadata?: Record<string, string>;
}

/** An opened object. If a condition of `get` does not hold, R2 returns an {@link R2Object} without a body. */
export interface R2ObjectBody extends R2Object {
  readonly body: ReadableStream;
}

/** One page of a list. */
export interface R2Page {
  readonly objects: readonly R2Object[];
  readonly delimitedPrefixes: readonly string[];
  readonly truncated: boolean;
  readonly cursor?: string;
}
