import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { valueFrom } from "../../../src/inspector/from-shown.ts";
import { type Shown, show } from "../../../src/inspector/show.ts";

/** Every part of a shown value. */
function* partsOf(root: Shown): Generator<readonly [Shown, depth: number]> {
  const open: (readonly [Shown, number])[] = [[root, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    const [shown, depth] = next;
    if (typeof shown !== "object" || shown === null || shown.$ === "cut" || !("of" in shown)) continue;
    for (const [key, value] of shown.of) open.push([key, depth + 1], [value, depth + 1]);
  }
}

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
});

describe("show", () => {
  it("shows values that JSON has no word for", () => {
    expect(
      show([new Date(0), 10n, new URL("https://a/"), /a/gi, Number.NaN, -0, undefined, Symbol("s"), new TypeError("no"), class A {}]),
    ).toEqual({
      $: "array",
      size: 10,
      of: [
        [0, { $: "date", v: "1970-01-01T00:00:00.000Z" }],
        [1, { $: "bigint", v: "10" }],
        [2, { $: "url", v: "https://a/" }],
        [3, { $: "regexp", v: "/a/gi" }],
        [4, { $: "number", v: "NaN" }],
        [5, { $: "number", v: "-0" }],
        [6, { $: "undefined", v: "" }],
        [7, { $: "symbol", v: "s" }],
        [8, { $: "error", v: "no", name: "TypeError" }],
        [9, { $: "class", v: "A" }],
      ],
    });
  });

  it("shows objects with members: of classes, Maps, Sets and bytes", () => {
    class Point {
      readonly x = 1;
    }
    const shown = show({
      point: new Point(),
      map: new Map([["a", 1]]),
      set: new Set([1]),
      bytes: Uint8Array.of(7),
      floats: Float32Array.of(0.5),
    });
    expect(shown).toEqual({
      $: "object",
      size: 5,
      of: [
        ["point", { $: "object", size: 1, name: "Point", of: [["x", 1]] }],
        ["map", { $: "map", size: 1, of: [["a", 1]] }],
        ["set", { $: "set", size: 1, of: [[0, 1]] }],
        ["bytes", { $: "bytes", size: 1, name: "Uint8Array", of: [[0, 7]] }],
        ["floats", { $: "typed", size: 1, name: "Float32Array", of: [[0, 0.5]] }],
      ],
    });
  });

  it("cuts texts, members and depth, and says how much there is", () => {
    expect(show("abcdef", { text: 3 })).toEqual({ $: "cut", v: "abc", of: 6 });
    expect(show([1, 2, 3], { members: 1 })).toEqual({ $: "array", size: 3, of: [[0, 1]] });
    expect(show({ a: { b: 1 } }, { depth: 1 })).toEqual({
      $: "object",
      size: 1,
      of: [["a", { $: "object", size: 1, of: [], isDeep: true }]],
    });
  });

  it("names what it has shown before, also in a cycle", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(show({ cycle })).toEqual({
      $: "object",
      size: 1,
      of: [["cycle", { $: "array", size: 1, of: [[0, { $: "same", v: "$.cycle" }]] }]],
    });
  });

  it("calls no getter, and survives proxies that throw", () => {
    let calls = 0;
    const hostile = {
      get trap(): never {
        calls++;
        throw new Error("called");
      },
      toJSON: () => calls++,
      [Symbol.toPrimitive]: () => calls++,
    };
    const throwing = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
        getPrototypeOf: () => {
          throw new Error("no");
        },
      },
    );
    const revoked = Proxy.revocable([], {});
    revoked.revoke();
    const shown = show([hostile, throwing, revoked.proxy, new Map([[hostile, throwing]])]);
    expect(calls).toBe(0);
    expect(JSON.stringify(shown)).toContain('["trap",{"$":"function","v":"getter"}]');
    expect(JSON.stringify(shown)).toContain('"name":"unreadable"');
  });

  it("runs each trap of a proxy at most once for each part", () => {
    const seen = new Map<string, number>();
    const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);
    const proxy = new Proxy(
      { a: 1, b: 2 },
      {
        ownKeys: (target) => (count("ownKeys"), Reflect.ownKeys(target)),
        getOwnPropertyDescriptor: (target, key) => (count(`descriptor ${String(key)}`), Reflect.getOwnPropertyDescriptor(target, key)),
        get: (target, key) => (count(`get ${String(key)}`), Reflect.get(target, key)),
      },
    );
    show(proxy);
    expect([...seen].filter(([, times]) => times > 1)).toEqual([]);
    expect([...seen.keys()].filter((name) => name.startsWith("get "))).toEqual([]);
  });

  it("keeps names such as __proto__ as names", () => {
    const shown = show(JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'));
    expect(JSON.stringify(shown)).toBe(
      '{"$":"object","size":2,"of":[["__proto__",{"$":"object","size":1,"of":[["polluted",true]]}],["constructor",1]]}',
    );
    const back = valueFrom(shown) as object;
    expect(Object.keys(back)).toEqual(["__proto__", "constructor"]);
    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
  });

  it("shows a value that is 10,000 deep, a text of 10 MB, and a million members", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 10_000; depth++) deep = depth % 2 === 0 ? [deep] : { deep };
    expect(JSON.stringify(show(deep)).length).toBeLessThan(1000);
    expect(JSON.stringify(show("x".repeat(10_000_000))).length).toBeLessThan(1000);
    expect(JSON.stringify(show(Array.from({ length: 1_000_000 }, (_, index) => index))).length).toBeLessThan(10_000);
    const wide = Array.from({ length: 1000 }, () => Array.from({ length: 100 }, () => "x".repeat(100)));
    expect(JSON.stringify(show(wide, { members: 1000, total: 50_000 })).length).toBeLessThan(150_000);
    expect(JSON.stringify(show(2n ** 1_000_000n)).length).toBeLessThan(500);
  });

  it("shows anything as JSON within its limits", () => {
    fc.assert(
      fc.property(anything, (value) => {
        const shown = show(value, { depth: 3, members: 4, text: 10, total: 2000 });
        expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
        for (const [part, depth] of partsOf(shown)) {
          expect(depth).toBeLessThanOrEqual(4);
          if (typeof part === "string") expect(part.length).toBeLessThanOrEqual(10);
          if (typeof part === "object" && part !== null && part.$ !== "cut" && "of" in part) expect(part.of.length).toBeLessThanOrEqual(4);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("shows plain values so that they can be made again", () => {
    const plain = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.boolean(),
        fc.double(),
        fc.string(),
        fc.bigInt(),
        fc.constant(undefined),
        fc.date(),
        tie("list"),
        tie("record"),
        tie("map"),
      ),
      list: fc.array(tie("value"), { maxLength: 4 }),
      record: fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
      map: fc.array(fc.tuple(fc.string(), tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
    })).value;
    const whole = { depth: 20, members: 1000, text: 100_000, total: 1e9 };
    fc.assert(
      fc.property(plain, (value) => {
        const shown = show(value, whole);
        // The same object twice is shown once.
        fc.pre(!JSON.stringify(shown).includes('"$":"same"'));
        expect(show(valueFrom(shown), whole)).toEqual(shown);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it("refuses to make a value of which a part is not shown", () => {
    for (const shown of [
      { $: "cut", v: "a", of: 2 },
      { $: "array", size: 2, of: [[0, 1]] },
      { $: "same", v: "$" },
      { $: "object", size: 0, name: "Point", of: [] },
      { $: "function", v: "f" },
    ] as Shown[])
      expect(() => valueFrom(shown)).toThrow(expect.objectContaining({ code: "SerializationError" }));
  });
});
