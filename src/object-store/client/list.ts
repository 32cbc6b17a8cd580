import { encodeSegment } from "../../encoding/percent.ts";
import { compareUtf8 } from "../../encoding/utf8.ts";
import { type Call, printable } from "../call.ts";
import { checkLimit, type Page, PageTokens, reportLeftOut } from "../page.ts";
import { isKey, isPrefix } from "../path.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import { unexpected } from "./answer/answer.ts";
import { childrenOf, dateAt, textAt, type XmlElement } from "./answer/xml.ts";
import type { BucketClient } from "./bucket-client.ts";

/** An entry of a list. */
export type ListEntry = ObjectMeta | CommonPrefix;

/** One page of a server's list. */
export interface ListPage {
  /** In the order of the list. */
  readonly entries: readonly ListEntry[];
  /** Token of the next page; undefined or empty on the last. */
  readonly next: string | undefined;
  /** Whether the server states that there are more pages; undefined when it does not state it. */
  readonly isTruncated?: boolean | undefined;
}

/** How one server lists. */
export interface Listing {
  /**
   * Reads one page.
   *
   * @param token token of the page; undefined for the first
   * @param rest number of entries that are still to be returned; may be Infinity
   */
  readonly readPage: (token: string | undefined, rest: number) => Promise<ListPage>;
  /** Puts the entries of all pages into UTF-8 order, where the server's order is another. */
  readonly inOrder?: (entries: AsyncIterable<ListEntry>) => AsyncIterable<ListEntry>;
  /** Whether the store has objects under a name; whether it is a key unless given. */
  readonly isName?: (name: string) => boolean;
}

/** Bytes of the longest entry of a page: a name of 1,024 characters in its longest form, and what is known of the object. */
const maxEntryBytes = 12_288;

/**
 * The entries of all pages, up to a limit. Servers repeat a prefix on every page that some of its objects are on, and list
 * it again when some of its objects sort after `startAfter`: it is returned once, and not when it sorts before. Names that are
 * not keys, such as those of other programs' folder markers, are left out and reported.
 *
 * @throws `InvalidRange` for a wrong limit; `Unavailable` for entries of another list, and for pages that do not end
 */
export async function* listEntries(
  call: Call,
  prefix: string,
  page: Page,
  { readPage, inOrder = (entries) => entries, isName = isKey }: Listing,
): AsyncGenerator<ListEntry, void, void> {
  const { startAfter, limit, delimiter } = page;
  let rest = checkLimit(limit);
  if (rest === 0) return;
  const tokens = new PageTokens(call);
  const pages = async function* (): AsyncGenerator<ListEntry, void, void> {
    let token: string | undefined;
    do {
      const { entries, next, isTruncated } = await readPage(token, rest);
      for (const entry of entries) {
        checkEntry(call, entry, prefix, delimiter);
        if ("prefix" in entry ? isPrefix(entry.prefix) && isName(entry.prefix.slice(0, -1)) : isName(entry.key)) yield entry;
        else reportLeftOut(page, nameOf(entry));
      }
      token = tokens.next(next, isTruncated, entries.length);
    } while (token);
  };
  let last: string | undefined;
  for await (const entry of inOrder(pages())) {
    const name = nameOf(entry);
    if (name === last || (startAfter !== undefined && compareUtf8(name, startAfter) <= 0)) continue;
    last = name;
    yield entry;
    if (--rest === 0) return;
  }
}

/** Compares an entry with the list that was asked for. */
function checkEntry(call: Call, entry: ListEntry, prefix: string, delimiter: "/" | undefined): void {
  const name = nameOf(entry);
  const isBelow = name.startsWith(prefix);
  const isOfLevel =
    "prefix" in entry ? delimiter !== undefined : delimiter === undefined || !name.slice(prefix.length, -1).includes(delimiter);
  if (isBelow && isOfLevel) return;
  throw unexpected(call, `an entry of another list, ${printable(JSON.stringify(name))}`);
}

/** The text by which an entry is sorted. */
export function nameOf(entry: ListEntry): string {
  return "prefix" in entry ? entry.prefix : entry.key;
}

/** Objects and prefixes of a page in one order. */
export function merged(
  objects: readonly ObjectMeta[],
  prefixes: readonly CommonPrefix[],
  compare: (left: string, right: string) => number = compareUtf8,
): ListEntry[] {
  return [...objects, ...prefixes].sort((left, right) => compare(nameOf(left), nameOf(right)));
}

/**
 * The name in an entry of a page; undefined for a name whose percent-encoding is not UTF-8, which cannot be a key.
 *
 * @throws `Unavailable` for an entry without a name
 */
export function nameIn(
  call: Call,
  element: XmlElement,
  child: string,
  isEncoded: boolean,
  decode: (text: string) => string = (text) => decodeURIComponent(text.replaceAll("+", " ")),
): string | undefined {
  const text = textAt(element, child);
  if (text === undefined) throw unexpected(call, `an entry without a ${child}`);
  if (!isEncoded) return text;
  try {
    return decode(text);
  } catch {
    return undefined;
  }
}

/**
 * The size in an entry of a page.
 *
 * @throws `Unavailable` for text that is not a size
 */
export function sizeIn(call: Call, text: string | undefined): number {
  const size = /^\d{1,16}$/.test(text ?? "") ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw unexpected(call, "an entry without a size");
  return size;
}

/** The query of a path: those parameters that have a value, encoded. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => !!entry[1]);
  return given.map(([name, value]) => `${name}=${encodeSegment(value)}`).join("&");
}

/** The most entries that one answer to ListObjectsV2 has. */
const maxPageSize = 1000;

/** Where the lists of S3 and Google Cloud Storage differ. */
export interface ObjectsListing {
  /** The etag of an object, from its `<Contents>`. */
  readonly etagOf: (content: XmlElement) => string | undefined;
  /** Whether the server always encodes names as asked; otherwise the page states it (`<EncodingType>`). */
  readonly alwaysEncodes: boolean;
}

/**
 * Lists with ListObjectsV2 (Amazon S3 API Reference), which Google Cloud Storage also has. Asks for percent-encoded names,
 * because XML cannot carry every key.
 */
export function listObjects(
  client: BucketClient,
  call: Call,
  prefix: string,
  page: Page,
  { etagOf, alwaysEncodes }: ObjectsListing,
): AsyncGenerator<ListEntry, void, void> {
  const parse = (document: XmlElement): ListPage => {
    const isEncoded = alwaysEncodes || textAt(document, "EncodingType") === "url";
    const named = (element: XmlElement, child: string): readonly string[] => {
      const name = nameIn(call, element, child, isEncoded);
      if (name === undefined) reportLeftOut(page, textAt(element, child) ?? "");
      return name === undefined ? [] : [name];
    };
    const objects = childrenOf(document, "Contents").flatMap((content) =>
      named(content, "Key").map((key) => ({
        key,
        size: sizeIn(call, textAt(content, "Size")),
        etag: etagOf(content),
        lastModified: dateAt(content, "LastModified"),
      })),
    );
    const prefixes = childrenOf(document, "CommonPrefixes").flatMap((each) => named(each, "Prefix").map((name) => ({ prefix: name })));
    const truncated = textAt(document, "IsTruncated")?.trim();
    return {
      entries: merged(objects, prefixes),
      next: textAt(document, "NextContinuationToken"),
      isTruncated: truncated === undefined ? undefined : truncated === "true",
    };
  };
  return listEntries(call, prefix, page, {
    readPage: async (token, rest) => {
      const size = Math.min(rest, maxPageSize);
      const query = queryOf({
        "list-type": "2",
        "encoding-type": "url",
        "continuation-token": token,
        delimiter: page.delimiter,
        "max-keys": String(size),
        prefix,
        "start-after": token === undefined ? page.startAfter : undefined,
      });
      const maxBytes = pageBytes(size);
      return parse(await client.document(call, { method: "GET", path: `?${query}` }, { root: "ListBucketResult", maxBytes }));
    },
  });
}

/** Bytes of the longest page of a number of entries. */
export function pageBytes(entries: number): number {
  return 65_536 + entries * maxEntryBytes;
}
