import type { CommonPrefix, DelimitedList, ObjectMeta, PagedList, Put } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, rejects, toArray } from "./check.ts";

const names = ["a", "b/1", "b/2/x", "b/2/y", "b-c", "c", "d/1", "é"];
const sorted = ["a", "b-c", "b/1", "b/2/x", "b/2/y", "c", "d/1", "é"];

/** The cases for a store whose lists have pagination: `startAfter` and `limit`. */
export function paginationCases(): readonly ObjectStoreCase<Put & PagedList>[] {
  return [
    {
      name: "lists the keys that sort after a text, which need not be a key",
      run: async (store) => {
        const below = await fill(store, "after");
        for (const after of ["a", "b", "b/", "b/2", "b/2/x", "b/2/xx", "b0", "c", "zz", "é", ""]) {
          const expected = sorted.filter((name) => isAfter(name, after));
          equal(namesOf(await toArray(store.list(below, { startAfter: below + after })), below), expected, `keys after ${after}`);
        }
        const all = await toArray(store.list(below, { startAfter: "conformance/list" }));
        equal(namesOf(all, below), sorted, "keys after what sorts before all");
      },
    },
    {
      name: "lists at most `limit` entries, and every key once when it is read page by page",
      run: async (store) => {
        const below = await fill(store, "limit");
        equal(await toArray(store.list(below, { limit: 0 })), [], "no keys");
        equal(namesOf(await toArray(store.list(below, { limit: 100 })), below), sorted, "all keys");
        const pages: ObjectMeta[] = [];
        let page: ObjectMeta[];
        do {
          page = await toArray(store.list(below, { limit: 3, startAfter: pages.at(-1)?.key ?? below }));
          pages.push(...page);
        } while (page.length > 0 && pages.length <= sorted.length);
        equal(namesOf(pages, below), sorted, "pages");
        await rejects(() => toArray(store.list(below, { limit: -1 })), "InvalidRange");
      },
    },
  ];
}

/** The cases for a store that lists one level with a delimiter. */
export function delimiterCases(): readonly ObjectStoreCase<Put & DelimitedList>[] {
  return [
    {
      name: "lists one level: objects, and common prefixes for deeper objects",
      run: async (store) => {
        const below = await fill(store, "level");
        const list = async (prefix: string, page: { startAfter?: string; limit?: number } = {}): Promise<string[]> =>
          namesOf(await toArray(store.list(prefix, { delimiter: "/", ...page })), below);
        equal(await list(below), ["a", "b-c", "b/", "c", "d/", "é"], "entries");
        equal(await list(`${below}b`), ["b/1", "b/2/"], "entries of b");
        equal(await list(below, { startAfter: `${below}b-c`, limit: 2 }), ["b/", "c"], "a page");
        equal(await list(below, { startAfter: `${below}b/` }), ["c", "d/", "é"], "entries after a prefix");
        const [first] = await toArray(store.list(below, { delimiter: "/", limit: 1 }));
        equal(first && "size" in first && first.size, 1, "size of an object among the entries");
      },
    },
  ];
}

async function fill(store: Put, name: string): Promise<string> {
  const below = `conformance/list-${name}/`;
  for (const each of names) await store.put(below + each, "x");
  return below;
}

function namesOf(entries: readonly (ObjectMeta | CommonPrefix)[], below: string): string[] {
  return entries.map((entry) => ("prefix" in entry ? entry.prefix : entry.key).slice(below.length));
}

/** All names here sort by UTF-16 as they do by UTF-8. */
function isAfter(name: string, other: string): boolean {
  return name > other;
}
