import { encodeSegment } from "../../encoding/percent.ts";
import { compareUtf8 } from "../../encoding/utf8.ts";
import type { Call } from "../call.ts";
import { checkLimit, type Page } from "../page.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import { textBody } from "./answer.ts";
import type { BucketClient } from "./bucket-client.ts";
import { dateOf, elements, textOf } from "./xml.ts";

/** An entry of a list. */
export type ListEntry = ObjectMeta | CommonPrefix;

/** One page of a server's list. */
export interface ListPage {
  /** In the order of the list. */
  readonly entries: readonly ListEntry[];
  /** Token of the next page; undefined or empty on the last. */
  readonly next: string | undefined;
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
}

/**
 * The entries of all pages, up to a limit. Servers repeat a prefix on every page that some of its objects are on, and list
 * it again when some of its objects sort after `startAfter`: it is returned once, and not when it sorts before.
 *
 * @throws `InvalidRange` for a wrong limit
 */
export async function* listEntries(
  { startAfter, limit }: Page,
  { readPage, inOrder = (entries) => entries }: Listing,
): AsyncGenerator<ListEntry, void, void> {
  let rest = checkLimit(limit);
  if (rest === 0) return;
  const pages = async function* (): AsyncGenerator<ListEntry, void, void> {
    let token: string | undefined;
    do {
      const page = await readPage(token, rest);
      yield* page.entries;
      token = page.next;
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

/** The text by which an entry is sorted. */
export function nameOf(entry: ListEntry): string {
  return "prefix" in entry ? entry.prefix : entry.key;
}

/**
 * Objects and prefixes of a page in one order. Leaves out objects whose name ends with a slash, such as the folder markers
 * of other programs: they are not keys here.
 */
export function merged(
  objects: readonly ObjectMeta[],
  prefixes: readonly CommonPrefix[],
  compare: (left: string, right: string) => number = compareUtf8,
): ListEntry[] {
  const keys = objects.filter(({ key }) => !key.endsWith("/"));
  return [...keys, ...prefixes].sort((left, right) => compare(nameOf(left), nameOf(right)));
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
  readonly etagOf: (content: string) => string | undefined;
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
  const parse = (xml: string): ListPage => {
    const isEncoded = alwaysEncodes || textOf(xml, "EncodingType") === "url";
    const decode = (name = ""): string => (isEncoded ? decodeURIComponent(name.replaceAll("+", " ")) : name);
    const objects = elements(xml, "Contents").map((content) => ({
      key: decode(textOf(content, "Key")),
      size: Number(textOf(content, "Size") ?? 0),
      etag: etagOf(content),
      lastModified: dateOf(content, "LastModified"),
    }));
    const prefixes = elements(xml, "CommonPrefixes").map((each) => ({ prefix: decode(textOf(each, "Prefix")) }));
    return { entries: merged(objects, prefixes), next: textOf(xml, "NextContinuationToken") };
  };
  return listEntries(page, {
    readPage: async (token, rest) => {
      const query = queryOf({
        "list-type": "2",
        "encoding-type": "url",
        "continuation-token": token,
        delimiter: page.delimiter,
        "max-keys": String(Math.min(rest, maxPageSize)),
        prefix,
        "start-after": token === undefined ? page.startAfter : undefined,
      });
      const response = await client.request(call, { method: "GET", path: `?${query}` });
      return parse(await textBody(call, response, client.options));
    },
  });
}
