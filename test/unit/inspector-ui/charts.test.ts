import { describe, expect, it } from "vitest";
import { barsOf, histogramPath } from "../../../inspector-ui/parts/charts/bars.ts";
import { linear, roundSpan, ticksOf } from "../../../inspector-ui/parts/charts/scale.ts";
import { sparkOf } from "../../../inspector-ui/parts/charts/spark.ts";

describe("a scale", () => {
  it("has its lines at 1, 2 or 5 times a power of ten", () => {
    expect(ticksOf([0, 1], 4)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf([-3, 11], 3)).toEqual([0, 5, 10]);
    expect(ticksOf([0, 0.35], 4)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticksOf([0, 7e6], 3)).toEqual([0, 2e6, 4e6, 6e6]);
    expect(ticksOf([2, 2], 3)).toEqual([2]);
  });

  it("ends at round numbers, which a longer span may move", () => {
    expect(roundSpan([0, 301], 4)).toEqual([0, 400]);
    expect(roundSpan([0, 0.0687], 6)).toEqual([0, 0.07]);
    expect(roundSpan([0, 12.6], 4)).toEqual([0, 15]);
    expect(roundSpan([0, 0], 4)).toEqual([0, 0]);
  });

  it("maps a span without length to the middle", () => {
    expect([linear([0, 4], [10, 0])(1), linear([3, 3], [0, 10])(3)]).toEqual([7.5, 5]);
  });
});

describe("bars", () => {
  it("stand on zero, on a scale that ends at a round number", () => {
    const { bars, ticks, base } = barsOf(
      [
        ["a", 198],
        ["b", 301],
      ],
      { width: 200, height: 140, left: 0, bottom: 20, top: 20 },
    );
    expect(ticks.map(({ value }) => value)).toEqual([0, 100, 200, 300, 400]);
    expect(base).toBe(120);
    expect(bars[0]).toMatchObject({ label: "a", value: 198, y: 70.5, height: 49.5 });
    expect((bars[1]?.x ?? 0) + (bars[1]?.width ?? 0)).toBeLessThanOrEqual(200);
  });

  it("go below zero, and are flat when all is zero", () => {
    const { bars, base } = barsOf(
      [
        ["a", -2],
        ["b", 2],
      ],
      { width: 100, height: 100, bottom: 0, top: 0 },
    );
    expect([base, bars[0]?.y, bars[0]?.height, bars[1]?.y]).toEqual([50, 50, 50, 0]);
    expect(barsOf([["a", 0]], { width: 10, height: 10 }).bars[0]?.height).toBe(0);
    expect(barsOf([], { width: 10, height: 10 }).bars).toEqual([]);
  });
});

describe("a histogram", () => {
  it("is one path, in which a bin that holds anything is seen", () => {
    expect(histogramPath([0, 1, 1000], { width: 12, height: 20 })).toBe("M4 20v-1h3.2V20zM8 20v-20h3.2V20z");
    expect(histogramPath([], { width: 12, height: 20 })).toBe("");
  });
});

describe("a sparkline", () => {
  it("goes from the first to the last value, with a gap where one is not known", () => {
    expect(sparkOf([0, null, 2, 1])).toEqual({ path: "M2,14ZM36.67,2L54,8", end: [54, 8] });
  });

  it("has a point for a value between two gaps, and ends where the last one is", () => {
    expect(sparkOf([0, null, 4, null, 2, 0, null])).toEqual({ path: "M2,14ZM19.33,2ZM36.67,8L45.33,14", end: [45.33, 14] });
  });

  it("is level when nothing changes, a point when there is one value, and nothing without values", () => {
    expect(sparkOf([3, 3])).toEqual({ path: "M2,8L54,8", end: [54, 8] });
    expect(sparkOf([3]).end).toEqual([2, 8]);
    expect(sparkOf([null, Number.NaN])).toEqual({ path: "" });
  });
});
