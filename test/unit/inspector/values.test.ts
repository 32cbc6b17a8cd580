import {
  asset,
  BaseIOHandler,
  BytesIOHandler,
  dailyPartitions,
  type InputContext,
  MemoryStore,
  multiPartitions,
  type OutputContext,
  Repository,
  staticPartitions,
  type ValuePart,
} from "edgewater";
import { type Inspection, inspect, type Preview } from "edgewater/inspector";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "../../../src/inspector/diff-lines.ts";
import { diffTrees } from "../../../src/inspector/diff-tree.ts";

/** How a value is shown that an asset in memory has. */
async function previewOf(
  value: unknown,
  query: Parameters<Inspection["preview"]>[1] = {},
  kinds: readonly string[] = [],
): Promise<Preview> {
  await using repository = await Repository.open({ assets: [asset({ name: "it", kinds }, () => value)] });
  await repository.materialize();
  return inspect(repository).preview("it", query);
}

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1);

describe("a preview", () => {
  it("tells languages of texts", async () => {
    const languageOf = async (text: string, kinds?: readonly string[]): Promise<unknown> => {
      const preview = await previewOf(text, {}, kinds);
      return preview.kind === "text" ? preview.language : preview.kind;
    };
    expect(await languageOf('{"a": [1]}')).toBe("json");
    expect(await languageOf('<svg xmlns="http://www.w3.org/2000/svg"/>')).toBe("svg");
    expect(await languageOf("<!DOCTYPE html><p>")).toBe("html");
    expect(await languageOf("select a from b")).toBe("sql");
    expect(await languageOf("# Title\n\ntext")).toBe("markdown");
    expect(await languageOf("text", ["markdown"])).toBe("markdown");
    expect(await languageOf("{not json")).toBeUndefined();
  });

  it("cuts a long text, and says where", async () => {
    expect(await previewOf("x".repeat(300_000))).toEqual({ kind: "text", cutAt: 200_000, text: "x".repeat(200_000) });
  });

  it("shows images by their first bytes, texts in bytes, and other bytes", async () => {
    expect(await previewOf(png)).toEqual({ kind: "image", type: "image/png", base64: btoa(String.fromCharCode(...png)) });
    expect(await previewOf(new TextEncoder().encode('{"a":1}'))).toEqual({ kind: "text", text: '{"a":1}', language: "json" });
    expect(await previewOf(Uint8Array.of(0, 1, 255))).toEqual({ kind: "bytes", size: 3, base64: btoa("\0\x01\xff") });
    expect(await previewOf(new Blob([png]))).toMatchObject({ kind: "image" });
  });

  it("shows Maps as tables, and a member of a tree by its path", async () => {
    const table = await previewOf(
      new Map([
        ["a", { n: 1 }],
        ["b", { n: 2 }],
      ]),
      { sort: ["n", "down"] },
    );
    expect(table).toMatchObject({
      kind: "table",
      total: 2,
      columns: [{ name: "key" }, { name: "n", min: 1, max: 2 }],
      rows: [
        ["b", 2],
        ["a", 1],
      ],
    });
    expect(await previewOf(new Map([["a", 1]]))).toMatchObject({ kind: "table", columns: [{ name: "key" }, { name: "value" }] });
    expect(await previewOf({ a: [{ b: 7 }, 2] }, { path: ["a", 0, "b"] })).toEqual({ kind: "tree", root: 7 });
    expect(await previewOf({ a: 1 }, { path: ["b"] })).toMatchObject({ kind: "refused", because: "gone" });
  });

  it("does not take objects of other shapes for a table, and survives hostile rows", async () => {
    expect(await previewOf([{ a: 1 }, { b: 1 }, { c: 1 }])).toMatchObject({ kind: "tree" });
    const hostile = Array.from({ length: 3 }, () => ({
      get a(): never {
        throw new Error("called");
      },
      b: 1,
    }));
    expect(await previewOf(hostile)).toMatchObject({
      kind: "table",
      rows: [
        [{ $: "undefined" }, 1],
        [{ $: "undefined" }, 1],
        [{ $: "undefined" }, 1],
      ],
    });
  });

  it("sorts numbers, dates and texts, with what is missing last in both directions", async () => {
    const rows = [
      { n: 10, t: "b" },
      { n: null, t: "a" },
      { n: 9, t: "c" },
    ];
    const order = async (direction: "up" | "down"): Promise<unknown> => {
      const preview = await previewOf(rows, { sort: ["n", direction] });
      return preview.kind === "table" ? preview.rows.map(([n]) => n) : preview;
    };
    expect([await order("up"), await order("down")]).toEqual([
      [9, 10, null],
      [10, 9, null],
    ]);
  });

  it("reads the first bytes of bytes that are too large", async () => {
    const ioHandler = new BytesIOHandler({ store: new MemoryStore() });
    await using repository = await Repository.open({
      assets: [asset({ name: "big", ioHandler }, () => new Uint8Array(100_000).fill(255))],
    });
    await repository.materialize();
    const preview = await inspect(repository, { limits: { previewBytes: 1000 } }).preview("big");
    expect(preview).toMatchObject({ kind: "bytes", size: 100_000 });
    expect(await inspect(repository).preview("big", { maxBytes: 100_000 })).toMatchObject({ kind: "bytes", size: 100_000 });
  });

  it("asks the handler for a part, where it has a preview", async () => {
    const asked: unknown[] = [];
    class Rows extends BaseIOHandler {
      handleOutput(_: OutputContext, __: unknown): void {}
      loadInput(): never {
        throw new Error("the whole is not loaded");
      }
      override async preview(_: InputContext, limits: unknown): Promise<ValuePart> {
        asked.push(limits);
        return { value: [{ n: 40 }, { n: 41 }], total: 1_000_000 };
      }
    }
    await using repository = await Repository.open({ assets: [asset({ name: "rows", ioHandler: new Rows() }, () => 1)] });
    await repository.materialize();
    const preview = await inspect(repository).preview("rows", { rows: [40, 42] });
    expect(preview).toMatchObject({ kind: "table", total: 1_000_000, rows: [[40], [41]] });
    expect(asked).toEqual([{ bytes: 8_000_000, rows: [40, 42] }]);
  });

  it("says that a handler has thrown, and that an earlier version is gone", async () => {
    let n = 0;
    await using repository = await Repository.open({
      assets: [
        asset({ name: "it" }, () => ++n),
        asset(
          {
            name: "thrown",
            ioHandler: new (class extends BaseIOHandler {
              handleOutput(): void {}
              loadInput(): never {
                throw new TypeError("broken");
              }
            })(),
          },
          () => 1,
        ),
      ],
    });
    await repository.materialize();
    await repository.materialize();
    const inspection = inspect(repository);
    expect(await inspection.preview("thrown")).toMatchObject({
      kind: "refused",
      because: "unreadable",
      message: "Its handler has thrown: broken",
    });
    const [, first] = (await inspection.asset("it")).versions;
    expect(first?.isKept).toBe(false);
    expect(await inspection.preview("it", { version: first?.eventId ?? 0 })).toMatchObject({ kind: "refused", because: "gone" });
    const [to, from] = (await inspection.asset("it")).versions.map(({ eventId }) => eventId);
    expect((await inspection.diff("it", { from: from ?? 0, to: to ?? 0 })).value).toMatchObject({ kind: "refused", because: "gone" });
  });
});

describe("the partitions view", () => {
  it("has windows over time, and combinations of two dimensions", async () => {
    const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-04" });
    const daily = asset({ name: "daily", partitions: days }, () => 1);
    const multi = asset({ name: "multi", partitions: multiPartitions({ day: days, place: staticPartitions(["eu", "us"]) }) }, () => 1);
    await using repository = await Repository.open({ assets: [daily, multi] });
    await repository.materialize({ selection: [multi], partitionKeys: ["day=2024-01-02|place=us"] });
    const inspection = inspect(repository);
    const start = Date.UTC(2024, 0, 1);
    const day = 86_400_000;
    expect((await inspection.partitions("daily")).shape).toEqual({
      kind: "time",
      starts: [start, start + day, start + 2 * day],
      stepMs: day,
      timeZone: "UTC",
    });
    const view = await inspection.partitions("multi");
    expect(view.shape).toEqual({
      kind: "multi",
      dimensions: [
        { name: "day", keys: ["2024-01-01", "2024-01-02", "2024-01-03"] },
        { name: "place", keys: ["eu", "us"] },
      ],
    });
    expect(view.statuses).toEqual([
      ["Missing", 3],
      ["UpToDate", 1],
      ["Missing", 2],
    ]);
    expect((await inspection.objects()).rows).toEqual([]);
  });
});

const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 });

describe("a diff", () => {
  it("of lines has each removed and each added line, in order, and as few as possible", () => {
    fc.assert(
      fc.property(lines, lines, (from, to) => {
        const diff = diffLines(from.join("\n"), to.join("\n"), 1000);
        if (diff.kind !== "lines") {
          expect(from.join("\n")).toBe(to.join("\n"));
          return;
        }
        const [kept, removed, added] = [" ", "-", "+"].map((sign) => diff.lines.filter((line) => line.sign === sign).length);
        expect(diff.isCut).toBe(false);
        // What is left out is equal on both sides.
        expect((from.length || 1) - (removed ?? 0)).toBe((to.length || 1) - (added ?? 0));
        expect((removed ?? 0) + (added ?? 0)).toBe(
          (from.length || 1) + (to.length || 1) - 2 * longestCommon(from.length ? from : [""], to.length ? to : [""]),
        );
        expect(kept).toBeLessThanOrEqual(from.length);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it("of long texts that differ everywhere is cut, and quick", () => {
    const text = (prefix: string): string => Array.from({ length: 20_000 }, (_, index) => `${prefix}${index}`).join("\n");
    expect(diffLines(text("a"), text("b"), 100)).toMatchObject({ kind: "lines", isCut: true, lines: { length: 100 } });
  });

  it("of trees names what differs by its path", () => {
    expect(diffTrees({ a: [1, 2], b: new Map([["x", 1]]), c: 1 }, { a: [1, 3], b: new Map([["x", 2]]), d: 1 }, 10)).toEqual({
      kind: "tree",
      changes: [
        { path: "$.a[1]", from: 2, to: 3 },
        { path: "$.b.x", from: 1, to: 2 },
        { path: "$.d", to: 1 },
        { path: "$.c", from: 1 },
      ],
      isCut: false,
    });
    const same = fc.property(fc.jsonValue(), (value) => {
      expect(diffTrees(value, structuredClone(value), 10)).toEqual({ kind: "same" });
    });
    fc.assert(same, { seed: 4, numRuns: 200 });
  });
});

/** How many lines two lists have in common, in order. */
function longestCommon(left: readonly string[], right: readonly string[]): number {
  let row = new Array<number>(right.length + 1).fill(0);
  for (const one of left) {
    const next = [0];
    for (const [index, other] of right.entries())
      next.push(one === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}
