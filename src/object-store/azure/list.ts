import { compareUtf8 } from "../../encoding/utf8.ts";
import type { Call } from "../call.ts";
import { childrenOf, dateAt, etagAt, textAt, type XmlElement } from "../client/answer/xml.ts";
import { type ListEntry, type ListPage, listEntries, merged, nameIn, nameOf, pageBytes, queryOf, sizeIn } from "../client/list.ts";
import { type Page, reportLeftOut } from "../page.ts";
import type { AzureClient } from "./client.ts";
import { isBlobName } from "./options.ts";

/** The most entries of one answer. */
const maxPageSize = 5000;

/**
 * Lists with List Blobs (Azure Blob Storage REST API). Azure's lists always begin at the first blob, so entries up to
 * `startAfter` are read and dropped.
 */
export function listBlobs(client: AzureClient, call: Call, prefix: string, page: Page): AsyncGenerator<ListEntry, void, void> {
  const { delimiter, startAfter } = page;
  return listEntries(call, prefix, page, {
    isName: isBlobName,
    inOrder: (entries) => inUtf8Order(entries, nameOf),
    readPage: async (marker, rest) => {
      const size = startAfter === undefined ? Math.min(rest, maxPageSize) : maxPageSize;
      const query = queryOf({ restype: "container", comp: "list", prefix, delimiter, maxresults: String(size), marker });
      const request = { method: "GET", path: `?${query}` } as const;
      return parsePage(call, await client.document(call, request, { root: "EnumerationResults", maxBytes: pageBytes(size) }), page);
    },
  });
}

function parsePage(call: Call, document: XmlElement, page: Page): ListPage {
  const blobs = childrenOf(document, "Blobs")[0];
  // Names that XML cannot carry are percent-encoded and marked.
  const named = (element: XmlElement): readonly string[] => {
    const isEncoded = /\sEncoded="true"/i.test(childrenOf(element, "Name")[0]?.attributes ?? "");
    const name = nameIn(call, element, "Name", isEncoded, decodeURIComponent);
    if (name === undefined) reportLeftOut(page, textAt(element, "Name") ?? "");
    return name === undefined ? [] : [name];
  };
  const objects = childrenOf(blobs, "Blob").flatMap((blob) =>
    named(blob).map((key) => ({
      key,
      size: sizeIn(call, textAt(blob, "Properties", "Content-Length")),
      // Etags have no quotes here, and have them in headers.
      etag: etagAt(blob, "Properties", "Etag"),
      lastModified: dateAt(blob, "Properties", "Last-Modified"),
    })),
  );
  const prefixes = childrenOf(blobs, "BlobPrefix").flatMap((each) => named(each).map((prefix) => ({ prefix })));
  const byUtf16 = (left: string, right: string): number => (left < right ? -1 : 1);
  return { entries: merged(objects, prefixes, byUtf16), next: textAt(document, "NextMarker") };
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
