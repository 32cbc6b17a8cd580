import { multiPartitions, PartitionContext, PartitionKey, staticPartitions } from "edgewater";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ValueName, valueKey } from "../../../src/io-handler/key-layout.ts";
import { checkKey } from "../../../src/object-store/path.ts";

const definition = staticPartitions(["x"]);
const at = (assetName: string, key?: PartitionKey): ValueName => ({
  assetName,
  partition: key && new PartitionContext({ keys: [key], definition }),
});

describe("valueKey", () => {
  it.each<[string, ValueName, string]>([
    ["an asset", at("quakes"), "p/quakes.ext"],
    ["a name with slashes", at("a/b"), "p/a%2Fb.ext"],
    ["a name that looks encoded", at("a%2Fb"), "p/a%252Fb.ext"],
    ["a name of dots", at(".."), "p/%2E%2E.ext"],
    ["a single key", at("daily", PartitionKey.single("2024-01-15")), "p/daily/2024-01-15/data.ext"],
    ["a key of dots", at("daily", PartitionKey.single("..")), "p/daily/%2E%2E/data.ext"],
    ["a key with a slash", at("daily", PartitionKey.single("a/b")), "p/daily/a%2Fb/data.ext"],
    ["dimensions, sorted", at("sales", PartitionKey.multi({ region: "us", env: "prod" })), "p/sales/env=prod/region=us/data.ext"],
    ["a single key that looks like a dimension", at("sales", PartitionKey.single("env=prod")), "p/sales/env%3Dprod/data.ext"],
  ])("encodes %s", (_, name, expected) => expect(valueKey("p", name, "ext")).toBe(expected));

  it("refuses a key that stands for several partitions", () => {
    expect(() => valueKey("p", at("a", PartitionKey.single(["x", "y"])), "ext")).toThrow(
      expect.objectContaining({ code: "PartitionError" }),
    );
  });
});

describe("properties of valueKey", () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom("/", "%", ".", "=", "2", "F", "a", "~", " "),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 8,
  });
  const value = text.filter((each) => !/[|,]/.test(each) && each.isWellFormed());
  const dimension = value.filter((each) => !each.includes("="));
  const name = text.filter((each) => each.isWellFormed());
  const key = fc.oneof(
    fc.constant(undefined),
    value.map((each) => PartitionKey.single(each)),
    fc.dictionary(dimension, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true }).map((dimensions) => PartitionKey.multi(dimensions)),
  );
  const placed = fc.record({ assetName: name, key });

  /** Parses a key back into the name and the partition. */
  function parse(path: string): { readonly assetName: string; readonly partition: string | undefined } {
    const [asset = "", ...segments] = path.split("/").slice(1);
    if (segments.length === 0) return { assetName: decodeURIComponent(asset.replace(/\.ext$/, "")), partition: undefined };
    const parts = segments.slice(0, -1).map((segment) => segment.split("=").map(decodeURIComponent));
    const isSingle = parts.length === 1 && parts[0]?.length === 1;
    const found = isSingle ? PartitionKey.single(parts[0]?.[0] ?? "") : PartitionKey.multi(Object.fromEntries(parts as [string, string][]));
    return { assetName: decodeURIComponent(asset), partition: JSON.stringify(found) };
  }

  it("returns keys that can be parsed back, so that no two values share one", () => {
    fc.assert(
      fc.property(placed, ({ assetName, key: partitionKey }) => {
        const path = valueKey("p", at(assetName, partitionKey), "ext");
        expect(parse(path)).toEqual({ assetName, partition: partitionKey && JSON.stringify(partitionKey) });
      }),
      { numRuns: 3000 },
    );
  });

  it("returns keys that stores accept and that start with the prefix", () => {
    fc.assert(
      fc.property(placed, ({ assetName, key: partitionKey }) => {
        const path = valueKey("p/q", at(assetName, partitionKey), "ext");
        checkKey("a store", path);
        expect(path.startsWith("p/q/")).toBe(true);
        expect(
          path
            .split("/")
            .slice(2)
            .some((segment) => segment === "." || segment === ".."),
        ).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it("returns different keys for a single key and a multi key with the same display form", () => {
    const wide = multiPartitions({ a: staticPartitions(["b"]) });
    expect(wide.kind).toBe("multi");
    expect(valueKey("", at("x", PartitionKey.multi({ a: "b" })), "e")).not.toBe(valueKey("", at("x", PartitionKey.single("a=b")), "e"));
  });
});
