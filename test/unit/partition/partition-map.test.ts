import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdgewaterError } from "../../../src/errors.ts";
import { PartitionKey } from "../../../src/partition/partition-key.ts";
import { PartitionMap } from "../../../src/partition/partition-map.ts";

const keysOf = (...names: string[]): PartitionKey[] => names.map((name) => PartitionKey.single(name));
const missing = (): EdgewaterError => new EdgewaterError("NotFound", "not there");
const withoutB = async (key: PartitionKey): Promise<string> => {
  if (String(key) === "b") throw missing();
  return `value of ${key}`;
};
const ticks = async (count: number): Promise<void> => {
  for (let tick = 0; tick < count; tick++) await undefined;
};

describe("PartitionMap", () => {
  it("loads lazily, in order, and each key once", async () => {
    const loads: string[] = [];
    const map = new PartitionMap(keysOf("b", "a", "c"), async (key) => {
      loads.push(String(key));
      return `value of ${key}`;
    });
    expect([map.size, map.keys().map(String), loads]).toEqual([3, ["b", "a", "c"], []]);
    expect(await Promise.all([map.get("a"), map.get(PartitionKey.single("a")), map.get("a")])).toEqual(Array(3).fill("value of a"));
    expect(loads).toEqual(["a"]);
    const seen: [string, string][] = [];
    for await (const [key, value] of map) seen.push([key.toString(), value]);
    expect(seen).toEqual([
      ["b", "value of b"],
      ["a", "value of a"],
      ["c", "value of c"],
    ]);
    expect([...(await map.toMap())]).toEqual(seen);
    expect(loads).toEqual(["a", "b", "c"]);
  });

  it("loads only as far as it is iterated", async () => {
    const loads: string[] = [];
    const map = new PartitionMap(keysOf("a", "b", "c"), async (key) => void loads.push(String(key)));
    for await (const [key] of map) if (String(key) === "b") break;
    expect(loads).toEqual(["a", "b"]);
  });

  it("keeps undefined as a value", async () => {
    const map = new PartitionMap(keysOf("a"), async () => undefined, { missing: "skip" });
    expect([...(await map.toMap())]).toEqual([["a", undefined]]);
  });

  it("refuses a key that is not one of its keys", async () => {
    const map = new PartitionMap(keysOf("a", "d=x"), async () => 1);
    const refused = expect.objectContaining({ code: "PartitionError", message: expect.stringContaining('"b"') });
    await expect(map.get("b")).rejects.toEqual(refused);
    await expect(map.get(PartitionKey.multi({ d: "x" }))).rejects.toMatchObject({ code: "PartitionError" });
    expect([map.has("a"), map.has("b"), map.has(PartitionKey.multi({ d: "x" }))]).toEqual([true, false, false]);
  });

  it("fails for a missing partition, or leaves it out with missing: skip", async () => {
    const strict = new PartitionMap(keysOf("a", "b", "c"), withoutB);
    await expect(strict.toMap()).rejects.toMatchObject({ code: "NotFound" });
    const iterate = async (): Promise<void> => {
      for await (const [key] of strict) expect(String(key)).toBe("a");
    };
    await expect(iterate()).rejects.toMatchObject({ code: "NotFound" });

    const lenient = new PartitionMap(keysOf("a", "b", "c"), withoutB, { missing: "skip" });
    expect([...(await lenient.toMap()).keys()]).toEqual(["a", "c"]);
    const seen: string[] = [];
    for await (const [key] of lenient) seen.push(String(key));
    expect(seen).toEqual(["a", "c"]);
    await expect(lenient.get("b")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("does not leave out a partition that failed with another error", async () => {
    const load = async (): Promise<never> => {
      throw new EdgewaterError("Unavailable", "try again");
    };
    await expect(new PartitionMap(keysOf("a"), load, { missing: "skip" }).toMap()).rejects.toMatchObject({ code: "Unavailable" });
  });

  it("loads again after a failure, and not after a success", async () => {
    let loads = 0;
    const map = new PartitionMap(keysOf("a"), async () => {
      if (++loads === 1) throw new EdgewaterError("Unavailable", "try again");
      return loads;
    });
    await expect(map.get("a")).rejects.toMatchObject({ code: "Unavailable" });
    expect([await map.get("a"), await map.get("a")]).toEqual([2, 2]);
  });

  it("rejects when the loader throws instead of rejecting", async () => {
    const map = new PartitionMap(keysOf("a"), () => {
      throw new TypeError("at once");
    });
    await expect(map.get("a")).rejects.toThrow("at once");
  });

  it("loads at most eight at once and starts no load after a failure", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `k${index}`);
    let running = 0;
    let most = 0;
    const started: string[] = [];
    const map = new PartitionMap(keysOf(...names), async (key) => {
      started.push(String(key));
      most = Math.max(most, ++running);
      await ticks(20);
      running--;
      if (String(key) === "k3") throw missing();
    });
    await expect(map.toMap()).rejects.toMatchObject({ code: "NotFound" });
    await ticks(500);
    expect(most).toBe(8);
    expect(started.length).toBeLessThanOrEqual(16);
  });

  it("returns each value under its own key in any order of loads", async () => {
    const entry = fc.record({ delay: fc.nat({ max: 30 }), fails: fc.boolean() });
    const names = fc.dictionary(fc.stringMatching(/^[a-z0-9]{1,3}$/), entry, { minKeys: 1, maxKeys: 30 });
    await fc.assert(
      fc.asyncProperty(names, fc.array(fc.nat()), async (entries, asked) => {
        const loads = new Map<string, number>();
        const all = Object.keys(entries);
        const present = all.filter((name) => !entries[name]?.fails);
        const load = async (key: PartitionKey): Promise<string> => {
          const name = String(key);
          loads.set(name, (loads.get(name) ?? 0) + 1);
          await ticks(entries[name]?.delay ?? 0);
          if (entries[name]?.fails) throw missing();
          return `value of ${name}`;
        };
        const map = new PartitionMap(keysOf(...all), load, { missing: "skip" });
        const singles = asked.map(async (index) => {
          const name = all[index % all.length] ?? "";
          const expected = entries[name]?.fails ? "missing" : `value of ${name}`;
          expect(await map.get(name).catch(() => "missing")).toBe(expected);
        });
        const whole = map.toMap();
        const iterated: [string, string][] = [];
        for await (const [key, value] of map) iterated.push([String(key), value]);
        await Promise.all(singles);
        const expected = present.map((name) => [name, `value of ${name}`]);
        expect(iterated).toEqual(expected);
        expect([...(await whole)]).toEqual(expected);
        for (const name of present) expect(loads.get(name)).toBe(1);
      }),
    );
  });
});
