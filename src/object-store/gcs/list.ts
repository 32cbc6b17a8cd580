import { encodeSegment } from "../../encoding/percent.ts";
import { compareUtf8 } from "../../encoding/utf8.ts";
import type { Call } from "../call.ts";
import { textBody } from "../client/body.ts";
import { elements, textOf } from "../client/xml.ts";
import { checkLimit, type Page } from "../page.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import type { GCSClient } from "./client.ts";

/** What one answer lists at most. */
const pageSize = 1000;

/**
 * The entries below a prefix, page after page, by the second version of List Objects. Names come percent-encoded, because
 * XML cannot carry every key. What is under a name that is no key here is left out.
 */
export async function* listEntries(
  client: GCSClient,
  call: Call,
  prefix: string,
  { delimiter, startAfter, limit }: Page,
): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
  let rest = checkLimit(limit);
  let token: string | undefined;
  while (rest > 0) {
    const query: Record<string, string | undefined> = {
      "continuation-token": token,
      delimiter,
      "encoding-type": "url",
      "list-type": "2",
      "max-keys": String(Math.min(rest, pageSize)),
      prefix,
      "start-after": token === undefined ? startAfter : undefined,
    };
    const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
    const path = `?${given.map(([name, value]) => `${name}=${encodeSegment(value)}`).join("&")}`;
    const page = await textBody(call, await client.request(call, { method: "GET", path }));
    for (const entry of entriesOf(page)) {
      // A prefix is listed again that some of its objects sort after.
      if (startAfter !== undefined && compareUtf8(nameOf(entry), startAfter) <= 0) continue;
      yield entry;
      if (--rest === 0) return;
    }
    token = textOf(page, "NextContinuationToken");
    if (!token) return;
  }
}

/** Objects and prefixes in one order; Google tells them apart. */
function entriesOf(page: string): (ObjectMeta | CommonPrefix)[] {
  const decode = (name = ""): string => decodeURIComponent(name.replaceAll("+", " "));
  const objects = elements(page, "Contents").map((content): ObjectMeta => {
    const lastModified = textOf(content, "LastModified");
    return {
      key: decode(textOf(content, "Key")),
      size: Number(textOf(content, "Size") ?? 0),
      etag: textOf(content, "Generation"),
      lastModified: lastModified === undefined ? undefined : new Date(lastModified),
    };
  });
  const prefixes = elements(page, "CommonPrefixes").map((each): CommonPrefix => ({ prefix: decode(textOf(each, "Prefix")) }));
  const keys = objects.filter(({ key }) => !key.endsWith("/"));
  return [...keys, ...prefixes].sort((left, right) => compareUtf8(nameOf(left), nameOf(right)));
}

function nameOf(entry: ObjectMeta | CommonPrefix): string {
  return "prefix" in entry ? entry.prefix : entry.key;
}
