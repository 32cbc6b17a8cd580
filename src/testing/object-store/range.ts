import type { Put, RangeGet } from "../../object-store/types.ts";
import { equal, type ObjectStoreCase, rejects } from "./check.ts";

/** The cases for a store that reads ranges. */
export function rangeCases(): readonly ObjectStoreCase<Put & RangeGet>[] {
  return [
    {
      name: "reads a range of bytes, up to the end of the object at most",
      run: async (store) => {
        await store.put("conformance/range", "0123456789");
        for (const [start, end, expected] of [
          [0, 1, "0"],
          [3, 7, "3456"],
          [9, undefined, "9"],
          [4, undefined, "456789"],
          [8, 1000, "89"],
          [0, 10, "0123456789"],
        ] as const) {
          const object = await store.get("conformance/range", { range: { start, end } });
          equal(object.meta.size, 10, "size of the whole object");
          equal(await object.text(), expected, `bytes ${start} to ${end}`);
          const streamed = await store.get("conformance/range", { range: { start, end } });
          equal(await new Response(streamed.stream()).text(), expected, `streamed bytes ${start} to ${end}`);
        }
      },
    },
    {
      name: "reads a range of a large object",
      run: async (store) => {
        const bytes = Uint8Array.from({ length: 1_000_000 }, (_, index) => index % 251);
        await store.put("conformance/range-large", bytes);
        const part = await (await store.get("conformance/range-large", { range: { start: 250_001, end: 900_003 } })).bytes();
        equal(part.byteLength, 650_002, "length");
        equal(
          part.every((byte, index) => byte === (index + 250_001) % 251),
          true,
          "every byte",
        );
      },
    },
    {
      name: "refuses an invalid range, and one that starts at the end or later",
      run: async (store) => {
        await store.put("conformance/range-wrong", "0123456789");
        for (const range of [
          { start: 10 },
          { start: 11, end: 20 },
          { start: 5, end: 5 },
          { start: 5, end: 4 },
          { start: -1 },
          { start: 0.5 },
        ]) {
          await rejects(() => store.get("conformance/range-wrong", { range }), "InvalidRange");
        }
        await rejects(() => store.get("conformance/range-missing", { range: { start: 0 } }), "NotFound");
      },
    },
    {
      name: "reads no bytes from the start of an empty object, and refuses a later start",
      run: async (store) => {
        await store.put("conformance/range-empty", "");
        equal(await (await store.get("conformance/range-empty", { range: { start: 0, end: 5 } })).text(), "", "body");
        await rejects(() => store.get("conformance/range-empty", { range: { start: 1 } }), "InvalidRange");
      },
    },
  ];
}
