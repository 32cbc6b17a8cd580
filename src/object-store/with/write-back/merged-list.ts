import { compareUtf8 } from "../../../encoding/utf8.ts";
import { checkLimit } from "../../page.ts";
import { checkPrefix } from "../../path.ts";
import type { CommonPrefix, ObjectMeta } from "../../types.ts";
import type { AnyListOptions, AnyVerbs } from "../wrap.ts";
import type { LocalWrite } from "./local-writes.ts";

type Entry = ObjectMeta | CommonPrefix;

/** Lists what the far store has, with what is only local in its place: new objects are in the list, deleted ones are not. */
export async function* mergedList(
  store: string,
  far: AnyVerbs["list"],
  writes: readonly LocalWrite[],
  prefix: string,
  options: AnyListOptions,
): AsyncGenerator<Entry, void, void> {
  const { startAfter, limit, signal, delimiter } = options;
  const start = checkPrefix(store, prefix);
  let rest = checkLimit(limit);
  const local = new Map(writes.filter(({ key }) => key.startsWith(start)).map((write) => [write.key, write]));
  const entryOf = (write: LocalWrite): Entry => {
    const end = delimiter === undefined ? -1 : write.key.indexOf(delimiter, start.length);
    return end === -1 ? listed(write) : { prefix: write.key.slice(0, end + 1) };
  };
  const added = new Map<string, Entry>();
  for (const write of local.values()) {
    if (write.kind === "delete") continue;
    const entry = entryOf(write);
    if (startAfter === undefined || compareUtf8(textOf(entry), startAfter) > 0) added.set(textOf(entry), entry);
  }
  const waiting = [...added.keys()].sort(compareUtf8);
  // A delete takes an entry away, so one more is needed for each.
  const most = limit === undefined || limit === Number.POSITIVE_INFINITY ? undefined : limit + local.size;
  for await (const entry of far(prefix, { ...options, limit: most })) {
    const text = textOf(entry);
    while (waiting[0] !== undefined && compareUtf8(waiting[0], text) < 0) {
      if (rest-- === 0) return;
      yield added.get(waiting.shift() ?? "") as Entry;
    }
    if (waiting[0] === text) waiting.shift();
    else if ("prefix" in entry ? await isEmpty(entry.prefix) : local.has(text)) continue;
    if (rest-- === 0) return;
    yield added.get(text) ?? entry;
  }
  for (const text of waiting) {
    if (rest-- === 0) return;
    yield added.get(text) as Entry;
  }

  /** Whether every object below a prefix is deleted here. Looks only where there are deletes. */
  async function isEmpty(below: string): Promise<boolean> {
    if (![...local.keys()].some((key) => key.startsWith(below))) return false;
    for await (const object of far(below, { signal })) if ("key" in object && !local.has(object.key)) return false;
    return true;
  }
}

function textOf(entry: Entry): string {
  return "prefix" in entry ? entry.prefix : entry.key;
}

function listed({ key, size, since }: LocalWrite): ObjectMeta {
  return { key, size, etag: undefined, lastModified: new Date(since) };
}
