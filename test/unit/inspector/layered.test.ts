import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Box, layered, type Placed } from "../../../src/inspector/layered.ts";

const gaps = { gapX: 30, gapY: 16 };
const box: Box = { width: 100, height: 40 };
const boxes = (count: number): Box[] => Array.from({ length: count }, () => box);

/** Graphs without circles: every edge goes from a smaller to a larger position, after a shuffle of names. */
const graph = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.record({
    boxes: fc.array(fc.record({ width: fc.integer({ min: 10, max: 300 }), height: fc.integer({ min: 10, max: 90 }) }), {
      minLength: count,
      maxLength: count,
    }),
    edges: fc.array(
      fc.tuple(fc.nat(count - 1), fc.nat(count - 1)).map(([left, right]) => [Math.min(left, right), Math.max(left, right)] as const),
      { maxLength: 80 },
    ),
  }),
);

const overlap = (left: Placed, right: Placed): boolean =>
  left.x < right.x + right.width && right.x < left.x + left.width && left.y < right.y + right.height && right.y < left.y + left.height;

describe("layered", () => {
  it("puts what is made to the right of what it is made from", () => {
    fc.assert(
      fc.property(graph, ({ boxes, edges }) => {
        const placed = layered(boxes, edges, gaps).boxes;
        for (const [from, to] of edges) {
          if (from === to) continue;
          const input = placed[from] as Placed;
          expect(input.x + input.width + gaps.gapX).toBeLessThanOrEqual((placed[to] as Placed).x);
        }
      }),
      { seed: 1 },
    );
  });

  it("lets no boxes overlap, and keeps all within its size", () => {
    fc.assert(
      fc.property(graph, ({ boxes, edges }) => {
        const { boxes: placed, width, height } = layered(boxes, edges, gaps);
        for (const [index, left] of placed.entries()) {
          expect(placed.slice(index + 1).some((right) => overlap(left, right))).toBe(false);
          expect(left.x).toBeGreaterThanOrEqual(0);
          expect(left.y).toBeGreaterThanOrEqual(0);
          expect(left.x + left.width).toBeLessThanOrEqual(width);
          expect(left.y + left.height).toBeLessThanOrEqual(height);
        }
      }),
      { seed: 2 },
    );
  });

  it("numbers the boxes of a column from its top", () => {
    fc.assert(
      fc.property(graph, ({ boxes, edges }) => {
        const placed = layered(boxes, edges, gaps).boxes;
        const columns = Map.groupBy(placed, ({ layer }) => layer);
        for (const column of columns.values()) {
          const byOrder = column.toSorted((left, right) => left.order - right.order);
          expect(byOrder.map(({ order }) => order)).toEqual(column.map((_, index) => index));
          expect(byOrder.map(({ y }) => y)).toEqual(byOrder.map(({ y }) => y).sort((left, right) => left - right));
        }
      }),
      { seed: 3 },
    );
  });

  it("draws the same graph the same way again", () => {
    fc.assert(
      fc.property(graph, ({ boxes, edges }) => {
        expect(layered(boxes, edges, gaps)).toEqual(layered(boxes, edges, gaps));
      }),
      { seed: 4 },
    );
  });

  it("puts a source beside what it feeds", () => {
    const { boxes: placed } = layered(
      boxes(5),
      [
        [0, 1],
        [1, 2],
        [2, 3],
        [4, 3],
      ],
      gaps,
    );
    expect(placed[4]?.layer).toBe(2);
  });

  it("draws a chain as one straight line", () => {
    const { boxes: placed, height } = layered(
      boxes(4),
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
      gaps,
    );
    expect(placed.map(({ y }) => y)).toEqual([0, 0, 0, 0]);
    expect(height).toBe(40);
  });

  it("leaves a circle, an edge to itself and an edge to nothing out of account", () => {
    const { boxes: placed } = layered(
      boxes(3),
      [
        [0, 1],
        [1, 0],
        [2, 2],
        [1, 9],
        [-1, 0],
      ],
      gaps,
    );
    expect(placed).toHaveLength(3);
    expect(placed.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
  });

  it("has no size without boxes", () => {
    expect(layered([], [], gaps)).toEqual({ boxes: [], width: 0, height: 0 });
  });

  it("places 20,000 boxes in one column, and as many in one row", () => {
    const count = 20_000;
    expect(layered(boxes(count), [], gaps).width).toBe(100);
    const chain = Array.from({ length: count - 1 }, (_, index) => [index, index + 1] as const);
    expect(layered(boxes(count), chain, gaps).height).toBe(40);
  });
});
