import { encodeKey } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import type { Histories } from "../conditional-write/lineage-cache.ts";
import type { FullObjectMeta, PutResult } from "../types.ts";
import { type MetadataHeaders, noncesHeader } from "./attributes.ts";
import type { TransportOptions } from "./exchange.ts";
import { etagIn, hidden, metaOf } from "./meta.ts";

export interface CloudRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Below the bucket or container, encoded: a slash and a key, a query, or both. */
  readonly path: string;
  readonly headers?: Record<string, string> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | undefined;
}

/** A bucket or container, as the verbs of its store share it. */
export interface Cloud {
  readonly name: string;
  readonly transport: TransportOptions;
  readonly metadata: MetadataHeaders;
  readonly histories: Histories;
  /** Whether an answer has ever shown the entry that a store like this leaves. */
  seesNonces: boolean;
  /** Whether `Last-Modified` tells when an object of this etag was written; it does where this is missing. */
  readonly isDated?: (etag: string) => boolean;
  /**
   * The answer to a request that may happen more than once, when it is one of success.
   *
   * @throws the error that any other answer stands for
   */
  readonly request: (call: Call, request: CloudRequest) => Promise<Response>;
}

/** The path of a key below its bucket or container. */
export function pathOf(key: string): string {
  return `/${encodeKey(key)}`;
}

/** What an answer tells of an object. Remembers its history. */
export function metaIn(cloud: Cloud, call: Call, response: Response): FullObjectMeta {
  const { metadata, histories } = cloud;
  const meta = metaOf(call, response, metadata);
  const name = noncesHeader(metadata);
  const nonces = response.headers.get(name);
  cloud.seesNonces ||= nonces !== null;
  const isWritten = Boolean(histories.recall(call.key, meta.etag ?? ""));
  if (isWritten && !cloud.seesNonces && response.type === "cors") hidden(call, name);
  histories.remember(call.key, meta.etag, nonces);
  return meta;
}

/** Writes whatever is there now; sent again, it is the same. */
export async function overwrite(
  { metadata, histories, request }: Cloud,
  call: Call,
  body: Uint8Array<ArrayBuffer> | Blob,
  headers: Record<string, string>,
): Promise<PutResult> {
  const response = await request(call, { method: "PUT", path: pathOf(call.key), headers, body });
  const etag = etagIn(call, response, metadata);
  histories.remember(call.key, etag, headers[noncesHeader(metadata)] ?? null);
  return { etag };
}
