import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hrefOf, type Place, parseRoute } from "../../../inspector-ui/frame/route.ts";
import { keyOf } from "../../../inspector-ui/frame/route-key.ts";
import { titleOf } from "../../../inspector-ui/frame/title.ts";

const name = fc.string({ minLength: 1, unit: "grapheme" });
const query = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { noNullPrototype: true });
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({
    screen: fc.constantFrom("overview" as const, "assets" as const, "runs" as const, "automation" as const, "storage" as const),
    query,
  }),
  fc.record({ screen: fc.constantFrom("asset" as const, "partitions" as const), name, query }),
  fc.record({ screen: fc.constant("run" as const), runId: name, query }),
);

describe("routes", () => {
  it("are what their address says, for every name and every query", () => {
    fc.assert(
      fc.property(place, (given) => {
        expect(parseRoute(hrefOf(given))).toEqual(given);
      }),
      { seed: 5 },
    );
  });

  it("keep commas, slashes and percent signs of names apart from the path", () => {
    expect(hrefOf({ screen: "partitions", name: "a/b,c%20d" })).toBe("#/assets/a%2Fb%2Cc%2520d/partitions");
  });

  it("that no screen has are unknown, and so is an invalid escape", () => {
    expect(parseRoute("#/nowhere")).toMatchObject({ screen: "unknown", path: "nowhere" });
    expect(parseRoute("#/assets/a/b/c")).toMatchObject({ screen: "unknown" });
    expect(parseRoute("#/assets/%E0%A4%A")).toMatchObject({ screen: "unknown" });
  });

  it("without a path are the overview", () => {
    for (const hash of ["", "#", "#/"]) expect(parseRoute(hash)).toEqual({ screen: "overview", query: {} });
  });

  it("with another query are the same screen", () => {
    expect(keyOf(parseRoute("#/assets/a?from=1"))).toBe(keyOf(parseRoute("#/assets/a")));
    expect(keyOf(parseRoute("#/assets/a"))).not.toBe(keyOf(parseRoute("#/assets/b")));
    expect(keyOf(parseRoute("#/assets/a"))).not.toBe(keyOf(parseRoute("#/assets/a/partitions")));
  });

  it("have a title that begins with what is shown", () => {
    expect(titleOf(parseRoute("#/assets/quakes"), "Earthquakes")).toBe("quakes · Earthquakes");
    expect(titleOf(parseRoute("#/"), "Earthquakes")).toBe("Earthquakes");
    expect(titleOf(parseRoute("#/runs/7c1e"), "Earthquakes")).toBe("Run 7c1e · Earthquakes");
  });
});
