/** The part of a Worker's `R2Bucket` binding that is used, so that no Cloudflare types are needed. */
export interface R2BucketBinding {
  put(key: string, value: Uint8Array<ArrayBuffer> | Blob | ReadableStream, options?: R2PutOptions): Promise<R2Object | null>;
  get(key: string, options?: { readonly onlyIf?: R2Conditions; readonly range?: R2Range }): Promise<R2Object | R2ObjectBody | null>;
  head(key: string): Promise<R2Object | null>;
  delete(keys: string[]): Promise<void>;
  list(options: R2ListOptions): Promise<R2Page>;
  createMultipartUpload(key: string, options?: R2Attributes): Promise<R2UploadBinding>;
}

/** An upload in parts. */
export interface R2UploadBinding {
  uploadPart(partNumber: number, value: Uint8Array<ArrayBuffer>): Promise<R2UploadedPart>;
  complete(parts: R2UploadedPart[]): Promise<R2Object>;
  abort(): Promise<void>;
}

export interface R2UploadedPart {
  partNumber: number;
  etag: string;
}

export interface R2Attributes {
  readonly httpMetadata?: { contentType?: string };
  readonly customMetadata?: Record<string, string>;
}

export interface R2PutOptions extends R2Attributes {
  readonly onlyIf?: R2Conditions;
}

/** Etags without the quotes. */
export interface R2Conditions {
  readonly etagMatches?: string;
  readonly etagDoesNotMatch?: string;
}

export interface R2Range {
  readonly offset: number;
  readonly length?: number;
}

export interface R2ListOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly startAfter?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface R2Object {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly httpEtag: string;
  readonly uploaded: Date;
  readonly httpMetadata?: { contentType?: string };
  readonly customMetadata?: Record<string, string>;
}

/** What a `get` gives whose conditions hold; when they do not, there is no body. */
export interface R2ObjectBody extends R2Object {
  readonly body: ReadableStream;
}

export interface R2Page {
  readonly objects: readonly R2Object[];
  readonly delimitedPrefixes: readonly string[];
  readonly truncated: boolean;
  readonly cursor?: string;
}
