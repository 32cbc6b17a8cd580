import { isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { notFound } from "../call.ts";
import type { MetadataHeaders } from "../transport/attributes.ts";
import { encodeKey } from "../transport/encode.ts";
import type { Histories } from "../transport/histories.ts";
import type { S3Client } from "./client.ts";
import type { S3StoreOptions } from "./options.ts";

/** What the verbs of one store share. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly options: S3StoreOptions;
  readonly histories: Histories;
  /** Ceph compares If-Match with an etag that has no quotes; the standard wants them. Undefined until one has worked. */
  isQuoted: boolean | undefined;
}

export const metadataHeaders: MetadataHeaders = {
  prefix: "x-amz-meta-",
  names: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  defaultContentType: "binary/octet-stream",
};

/** The path of a key below its bucket. */
export function pathOf(key: string): string {
  return `/${encodeKey(key)}`;
}

/** @throws `NotFound`; whatever else the answer to HEAD stands for */
export async function headOf({ client }: S3Bucket, call: Call): Promise<Response> {
  try {
    return await client.request(call, { method: "HEAD", path: pathOf(call.key) });
  } catch (error) {
    throw isEdgewaterError(error, "NotFound") ? notFound(call.store, call.key) : error;
  }
}
