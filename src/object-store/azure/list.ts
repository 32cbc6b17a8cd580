import { encodeSegment } from "../../encoding/percent.ts";
import { compareUtf8 } from "../../encoding/utf8.ts";
import type { Call } from "../call.ts";
import { textBody } from "../client/body.ts";
import { elements, textOf } from "../client/xml.ts";
import { checkLimit, type Page } from "../page.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import type { AzureClient } from "./client.ts";
import { inUtf8Order } from "./order.ts";

type Entry = ObjectMeta | CommonPrefix;

/** What one answer lists at most. */
const pageSize = 5000;

/**
 * The entries below a prefix, by List Blobs. It begins at the first, because Azure can begin nowhere else: what does not
 * sort after `startAfter` is read and left out.
 */
export async function* listEntries(
  client: AzureClient,
  call: Call,
  prefix: string,
  { delimiter, startAfter, limit }: Page,
): AsyncGenerator<Entry, void, void> {
  let rest = checkLimit(limit);
  if (rest === 0) return;
  const size = startAfter === undefined ? Math.min(rest, pageSize) : pageSize;
  let last: string | undefined;
  for await (const entry of inUtf8Order(pages(client, call, { prefix, delimiter, maxresults: String(size) }), nameOf)) {
    const name = nameOf(entry);
    // A prefix whose objects go on over several pages comes again with each.
    if (name === last || (startAfter !== undefined && compareUtf8(name, startAfter) <= 0)) continue;
    last = name;
    yield entry;
    if (--rest === 0) return;
  }
}

async function* pages(client: AzureClient, call: Call, query: Record<string, string | undefined>): AsyncGenerator<Entry, void, void> {
  let marker: string | undefined;
  do {
    const given = Object.entries({ ...query, marker }).filter((entry): entry is [string, string] => !!entry[1]);
    const path = `?restype=container&comp=list${given.map(([name, value]) => `&${name}=${encodeSegment(value)}`).join("")}`;
    const page = await textBody(call, await client.request(call, { method: "GET", path }));
    yield* entriesOf(page);
    marker = textOf(page, "NextMarker");
  } while (marker);
}

/** Objects and prefixes in one order; what is under a name that is no key here is left out. */
function entriesOf(page: string): Entry[] {
  const objects = elements(page, "Blob").map((blob): ObjectMeta => {
    const lastModified = textOf(blob, "Last-Modified");
    const etag = textOf(blob, "Etag");
    return {
      key: decodedName(blob),
      size: Number(textOf(blob, "Content-Length") ?? 0),
      etag: etag && quoted(etag),
      lastModified: lastModified === undefined ? undefined : new Date(lastModified),
    };
  });
  const prefixes = elements(page, "BlobPrefix").map((each): CommonPrefix => ({ prefix: decodedName(each) }));
  const keys = objects.filter(({ key }) => !key.endsWith("/"));
  return [...keys, ...prefixes].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
}

/** What XML cannot carry comes percent-encoded, and says so. */
function decodedName(blob: string): string {
  const name = textOf(blob, "Name") ?? "";
  return /<Name Encoded="true">/i.test(blob) ? decodeURIComponent(name) : name;
}

/** Etags have no quotes in lists, and have them in headers. */
function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}

function nameOf(entry: Entry): string {
  return "prefix" in entry ? entry.prefix : entry.key;
}
