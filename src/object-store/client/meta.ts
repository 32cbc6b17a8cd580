import { type Call, failed } from "../call.ts";
import type { FullObjectMeta } from "../types.ts";
import { attributesOf, countEntries, countIn, type MetadataHeaders, noncesHeader } from "./attributes.ts";

/**
 * What the headers of an answer to GET or HEAD tell of an object. Its size is that of the whole object also when a part
 * was read.
 *
 * @throws `NotSupported` when a browser hides a header that is needed, naming it; `Integrity` for damaged metadata
 */
export function metaOf(call: Call, response: Response, metadata: MetadataHeaders): FullObjectMeta {
  const { headers, status } = response;
  const lastModified = headers.get("last-modified");
  const count = countIn(headers.get(noncesHeader(metadata)));
  if (response.type === "cors" && countEntries(headers, metadata) < count) hidden(call, `${metadata.prefix}…, of which there are ${count}`);
  const size = status === 206 ? needed(call, response, "Content-Range").split("/")[1] : headers.get("content-length");
  const { contentType, metadata: entries = {} } = attributesOf(headers, metadata, call);
  return {
    key: call.key,
    size: Number(size ?? 0),
    etag: etagIn(call, response, metadata),
    lastModified: lastModified === null ? undefined : new Date(lastModified),
    contentType,
    metadata: entries,
  };
}

/** The etag of an answer to GET, HEAD or PUT. */
export function etagIn(call: Call, response: Response, { etag = "ETag" }: MetadataHeaders): string {
  return needed(call, response, etag);
}

/**
 * A header that every answer of this kind has, by the name that CORS rules know it by. When it is not there, a browser hides it.
 *
 * @throws `NotSupported`, naming the header that the CORS rules must expose
 */
export function needed(call: Call, { headers }: Response, name: string): string {
  return headers.get(name) ?? hidden(call, name);
}

/** Raises that a header cannot be seen. */
export function hidden(call: Call, name: string): never {
  const reason = `the answer shows no header ${name}; in a browser, expose it in the CORS rules`;
  throw failed(call, "NotSupported", reason, { field: name });
}
