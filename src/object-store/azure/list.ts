import { compareUtf8 } from "../../encoding/utf8.ts";
import type { Call } from "../call.ts";
import { textBody } from "../client/answer.ts";
import { type ListEntry, type ListPage, listEntries, merged, nameOf, queryOf } from "../client/list.ts";
import { dateOf, elements, etagOf, textOf } from "../client/xml.ts";
import type { Page } from "../page.ts";
import type { AzureClient } from "./client.ts";

/** The most entries of one answer. */
const maxPageSize = 5000;

/**
 * Lists with List Blobs (Azure Blob Storage REST API). Azure's lists always begin at the first blob, so entries up to
 * `startAfter` are read and dropped.
 */
export function listBlobs(client: AzureClient, call: Call, prefix: string, page: Page): AsyncGenerator<ListEntry, void, void> {
  const { delimiter, startAfter } = page;
  return listEntries(page, {
    inOrder: (entries) => inUtf8Order(entries, nameOf),
    readPage: async (marker, rest) => {
      const size = startAfter === undefined ? Math.min(rest, maxPageSize) : maxPageSize;
      const query = queryOf({ restype: "container", comp: "list", prefix, delimiter, maxresults: String(size), marker });
      const response = await client.request(call, { method: "GET", path: `?${query}` });
      return parsePage(await textBody(call, response, client.options));
    },
  });
}

function parsePage(xml: string): ListPage {
  const objects = elements(xml, "Blob").map((blob) => ({
    key: blobName(blob),
    size: Number(textOf(blob, "Content-Length") ?? 0),
    // Etags have no quotes here, and have them in headers.
    etag: etagOf(blob, "Etag"),
    lastModified: dateOf(blob, "Last-Modified"),
  }));
  const prefixes = elements(xml, "BlobPrefix").map((each) => ({ prefix: blobName(each) }));
  const byUtf16 = (left: string, right: string): number => (left < right ? -1 : 1);
  return { entries: merged(objects, prefixes, byUtf16), next: textOf(xml, "NextMarker") };
}

/** Names that XML cannot carry are percent-encoded and marked. */
function blobName(xml: string): string {
  const name = textOf(xml, "Name") ?? "";
  return /<Name Encoded="true">/i.test(xml) ? decodeURIComponent(name) : name;
}

/**
 * Puts entries that are in UTF-16 order, or already in UTF-8 order, into UTF-8 order. The two orders differ only between
 * characters beyond U+FFFF and those from U+E000 to U+FFFF. So only names that share the text before their first character
 * beyond U+FFFF are held back and sorted.
 */
export async function* inUtf8Order<Entry>(
  entries: AsyncIterable<Entry>,
  nameOf: (entry: Entry) => string,
): AsyncGenerator<Entry, void, void> {
  let held: Entry[] = [];
  let shared = "";
  const release = function* (): Generator<Entry, void, void> {
    yield* held.sort((left, right) => compareUtf8(nameOf(left), nameOf(right)));
    held = [];
  };
  for await (const entry of entries) {
    const name = nameOf(entry);
    if (held.length > 0 && !name.startsWith(shared)) yield* release();
    const surrogate = name.search(/[\ud800-\udfff]/);
    if (held.length === 0 && surrogate === -1) {
      yield entry;
      continue;
    }
    if (held.length === 0) shared = name.slice(0, surrogate);
    held.push(entry);
  }
  yield* release();
}
