import type { FullObjectMeta, ObjectMeta } from "../types.ts";

/** An object as it was read from the source. */
export interface CachedEntry {
  readonly meta: ObjectMeta;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970, when the source was asked for it. */
  readonly readAt: number;
}

/** What is known of the object as a line of JSON, then its bytes: any store can keep that. */
export function writeEntry({ meta, bytes, readAt }: CachedEntry): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(`${JSON.stringify({ ...meta, lastModified: meta.lastModified?.getTime(), readAt })}\n`);
  const entry = new Uint8Array(header.byteLength + bytes.byteLength);
  entry.set(header);
  entry.set(bytes, header.byteLength);
  return entry;
}

/** Undefined for what is no entry, or a damaged one, or of another key. */
export function readEntry(key: string, entry: Uint8Array<ArrayBuffer>): CachedEntry | undefined {
  try {
    const end = entry.indexOf(0x0a);
    const header = JSON.parse(new TextDecoder().decode(entry.subarray(0, end))) as Header;
    const bytes = entry.slice(end + 1);
    if (end === -1 || header.key !== key || header.size !== bytes.byteLength || typeof header.readAt !== "number") return undefined;
    const { size, etag, lastModified, contentType, metadata, readAt } = header;
    const meta = { key, size, etag, lastModified: lastModified === undefined ? undefined : new Date(lastModified) };
    return { meta: metadata === undefined ? meta : ({ ...meta, contentType, metadata } as FullObjectMeta), bytes, readAt };
  } catch {
    return undefined;
  }
}

interface Header extends Omit<FullObjectMeta, "lastModified" | "metadata"> {
  readonly lastModified?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly readAt: number;
}
