import type { CommonPrefix, DelimitedList, ObjectMeta, Put } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, rejects, toArray } from "./check.ts";

type Store = Put & DelimitedList;

const names = ["a", "b/1", "b/2/x", "b/2/y", "b-c", "c", "d/1", "é"];
const sorted = ["a", "b-c", "b/1", "b/2/x", "b/2/y", "c", "d/1", "é"];

/** The promises of a store that lists from a place on, up to a number, and level by level. */
export function listCases(): readonly ObjectStoreCase<Store>[] {
  return [
    {
      name: "lists what sorts after a text, which need not be a key",
      run: async (store) => {
        const below = await fill(store, "after");
        for (const after of ["a", "b", "b/", "b/2", "b/2/x", "b/2/xx", "b0", "c", "zz", "é", ""]) {
          const expected = sorted.filter((name) => isAfter(name, after));
          equal(await listed(store, below, { startAfter: below + after }), expected, `keys after ${after}`);
        }
        equal(await listed(store, below, { startAfter: "conformance/list" }), sorted, "keys after what sorts before all");
      },
    },
    {
      name: "lists no more than the limit, and page after page everything once",
      run: async (store) => {
        const below = await fill(store, "limit");
        equal(await listed(store, below, { limit: 0 }), [], "no keys");
        equal(await listed(store, below, { limit: 100 }), sorted, "all keys");
        const pages: string[] = [];
        for (let page = ["" as string]; page.length > 0; pages.push(...page)) {
          page = await listed(store, below, { limit: 3, startAfter: below + (pages.at(-1) ?? "") });
        }
        equal(pages, sorted, "pages");
        await rejects(() => toArray(store.list(below, { limit: -1 })), "InvalidRange");
      },
    },
    {
      name: "lists one level, with what lies deeper as prefixes in their place",
      run: async (store) => {
        const below = await fill(store, "level");
        const level = ["a", "b-c", "b/", "c", "d/", "é"];
        equal(await listed(store, below, { delimiter: "/" }), level, "entries");
        equal(
          await listed(store, `${below}b`, { delimiter: "/" }),
          ["b/1", "b/2/"].map((name) => name.slice(2)),
          "entries of b",
        );
        equal(await listed(store, below, { delimiter: "/", startAfter: `${below}b-c`, limit: 2 }), ["b/", "c"], "a page");
        equal(await listed(store, below, { delimiter: "/", startAfter: `${below}b/` }), ["c", "d/", "é"], "entries after a prefix");
        const [first] = await toArray(store.list(below, { delimiter: "/", limit: 1 }));
        equal(first && "size" in first && first.size, 1, "size of an object among the entries");
      },
    },
  ];
}

async function fill(store: Store, name: string): Promise<string> {
  const below = `conformance/list-${name}/`;
  for (const each of names) await store.put(below + each, "x");
  return below;
}

interface Options {
  readonly delimiter?: "/";
  readonly startAfter?: string;
  readonly limit?: number;
}

async function listed(store: Store, prefix: string, { delimiter, ...options }: Options): Promise<string[]> {
  const list: AsyncIterable<ObjectMeta | CommonPrefix> =
    delimiter === undefined ? store.list(prefix, options) : store.list(prefix, { delimiter, ...options });
  const below = prefix.endsWith("/") ? prefix : `${prefix}/`;
  return (await toArray(list)).map((entry) => ("prefix" in entry ? entry.prefix : entry.key).slice(below.length));
}

/** All names here sort by UTF-16 as they do by UTF-8. */
function isAfter(name: string, other: string): boolean {
  return name > other;
}
