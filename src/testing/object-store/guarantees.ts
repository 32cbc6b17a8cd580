import { isEdgewaterError } from "../../errors.ts";
import { equal, keys, type ObjectStoreCase, rejects, toArray, whileWriting } from "./check.ts";
import type { BasicStore } from "./keys-and-bytes.ts";

/** The cases for a store with atomic writes. */
export function atomicCases(): readonly ObjectStoreCase<BasicStore>[] {
  return [
    {
      name: "stores one whole object when writers of one key are concurrent",
      run: async (store) => {
        const bodies = Array.from({ length: 8 }, (_, index) => String(index).repeat(10_000));
        await Promise.all(bodies.map((body) => store.put("conformance/race", body)));
        equal(bodies.includes(await (await store.get("conformance/race")).text()), true, "a whole body");
      },
    },
    {
      name: "returns the old object or the new one while it is replaced, never a part and never none",
      run: async (store) => {
        const body = (round: number): string => (round % 2 === 0 ? "a".repeat(200_000) : "b".repeat(130_000));
        await store.put("conformance/torn/object", body(0));
        await whileWriting(
          20,
          (round) => store.put("conformance/torn/object", body(round)),
          async () => {
            const object = await store.get("conformance/torn/object");
            const text = await object.text();
            equal([body(0), body(1)].includes(text), true, `a whole body, among ${text.length} bytes`);
            equal(object.meta.size, text.length, "size of the body that is read");
            const sizes = (await toArray(store.list("conformance/torn"))).map(({ size }) => size);
            equal(
              sizes.length === 1 && [200_000, 130_000].includes(sizes[0] ?? 0),
              true,
              `one listed object of a whole size, among ${sizes}`,
            );
          },
        );
      },
    },
    {
      name: "returns a new object as a whole or not at all",
      run: async (store) => {
        let writing = "conformance/new/0";
        await whileWriting(
          10,
          (round) => {
            writing = `conformance/new/${round}`;
            return store.put(writing, "n".repeat(150_000));
          },
          async () => {
            const found = await store.get(writing).catch((error: unknown) => {
              if (!isEdgewaterError(error, "NotFound")) throw error;
            });
            if (found) equal((await found.bytes()).byteLength, 150_000, "bytes of a new object");
          },
        );
      },
    },
  ];
}

/** The cases for a strongly consistent store. */
export function consistentCases(): readonly ObjectStoreCase<BasicStore>[] {
  return [
    {
      name: "shows a put and a delete to every later get, head and list",
      run: async (store) => {
        for (let round = 1; round <= 20; round++) {
          await store.put("conformance/fresh/object", "x".repeat(round));
          equal((await (await store.get("conformance/fresh/object")).text()).length, round, "bytes after a put");
          equal((await store.head("conformance/fresh/object")).size, round, "size after a put");
          equal(
            (await toArray(store.list("conformance/fresh"))).map(({ size }) => size),
            [round],
            "listed sizes after a put",
          );
          if (round % 4 !== 0) continue;
          await store.delete("conformance/fresh/object");
          await rejects(() => store.get("conformance/fresh/object"), "NotFound");
          await rejects(() => store.head("conformance/fresh/object"), "NotFound");
          equal(await keys(store, "conformance/fresh"), [], "keys after a delete");
        }
      },
    },
  ];
}

/** The cases for a store that is atomic and strongly consistent. */
export function monotonicReadCases(): readonly ObjectStoreCase<BasicStore>[] {
  return [
    {
      name: "never returns an older version after a newer one was read or acknowledged",
      run: async (store) => {
        let acknowledged = 0;
        await store.put("conformance/clock", "0");
        await whileWriting(
          30,
          async (time) => {
            await store.put("conformance/clock", String(time));
            acknowledged = Math.max(acknowledged, time);
          },
          async () => {
            const least = acknowledged;
            const seen = Number(await (await store.get("conformance/clock")).text());
            equal(seen >= least, true, `a reader saw ${seen} after ${least} had been acknowledged`);
            // A version that one reader saw must be visible to later readers, even if its write was not acknowledged yet.
            acknowledged = Math.max(acknowledged, seen);
          },
        );
      },
    },
  ];
}
