import { describe, expect, it } from "vitest";
import { comparedOf, withCompared } from "../../../inspector-ui/screens/asset/compared.ts";
import { diffSummary, rowTemplate } from "../../../inspector-ui/screens/asset/diff-words.ts";
import { inputNote, userNote } from "../../../inspector-ui/screens/asset/link-notes.ts";
import { courseOf, metadataView, plainText } from "../../../inspector-ui/screens/asset/metadata-text.ts";
import { neighbour } from "../../../inspector-ui/screens/asset/neighbours.ts";
import { digitsOf, nextSort, sizeColumn, templateOf } from "../../../inspector-ui/screens/asset/value/columns.ts";
import { fromBase64, hexLines } from "../../../inspector-ui/screens/asset/value/hex.ts";
import { drawGround, drawMarks } from "../../../inspector-ui/screens/asset/value/map-drawing.ts";
import { mapQuestion } from "../../../inspector-ui/screens/asset/value/map-rows.ts";
import { markdownToHtml } from "../../../inspector-ui/screens/asset/value/markdown.ts";
import { pointsOf } from "../../../inspector-ui/screens/asset/value/points.ts";
import { commonStart, seriesOf } from "../../../inspector-ui/screens/asset/value/series.ts";
import { cellText, textOfShown } from "../../../inspector-ui/screens/asset/value/shown-text.ts";
import { notesOf } from "../../../inspector-ui/screens/asset/version-notes.ts";
import { atOnce } from "../../../inspector-ui/state/slices.ts";
import type { LinkRow } from "../../../src/inspector/inspection.ts";
import type { Shown } from "../../../src/inspector/show.ts";
import { metadataToWire } from "../../../src/metadata/metadata-json.ts";
import { MetadataValue } from "../../../src/metadata/metadata-value.ts";
import { story } from "../../support/inspection/story.ts";
import { diff } from "../../support/inspection/story-assets.ts";

const quakes = await story().asset("quakes");
const table = await story().preview("quakes", { rows: [0, 50] });
if (table.kind !== "table") throw new Error("The story has a table of quakes");

describe("metadata", () => {
  const shown = (value: MetadataValue): string => plainText(metadataView(metadataToWire(value)));

  it("is shown by its kind", () => {
    expect(shown(MetadataValue.int(1234567890123456789n))).toBe("1,234,567,890,123,456,789");
    expect(shown(MetadataValue.float(1.6345))).toBe("1.635");
    expect(shown(MetadataValue.float(Number.NaN))).toBe("NaN");
    expect(shown(MetadataValue.bytes(470_987))).toBe("471 kB");
    expect(shown(MetadataValue.duration(1.25))).toBe("1.3 s");
    expect(shown(MetadataValue.timestamp(new Date(0)))).toBe("1970-01-01 00:00:00 UTC");
    expect(shown(MetadataValue.percentage(0.994))).toBe("99.4 %");
    expect(shown(MetadataValue.url("https://example.com/a/b/c.json"))).toBe("example.com/…/c.json");
    expect(shown(MetadataValue.md("# a\nb"))).toBe("Markdown, 2 lines");
    expect(shown(MetadataValue.list([MetadataValue.int(1), MetadataValue.bool(true)]))).toBe("1, true");
    expect(shown(MetadataValue.null())).toBe("null");
    expect(shown(MetadataValue.sql("select 1", "sqlite"))).toBe("SQL, sqlite");
  });

  it("that would run code or is unknown is shown as text", () => {
    expect(metadataView({ Url: { value: "javascript:alert(1)" } })).toEqual({ kind: "text", text: "javascript:alert(1)", isMono: true });
    expect(metadataView({ Image: { value: "data:image/svg+xml,<svg onload=alert(1)>" } }).kind).toBe("text");
    expect(metadataView({ Alien: { value: 1 } })).toEqual({ kind: "text", text: '{"Alien":{"value":1}}' });
    expect(metadataView(null)).toEqual({ kind: "text", text: "null" });
  });

  it("has a course over versions where numbers are known", () => {
    expect(courseOf("rows", quakes.versions)).toEqual([1630, 1657, 1657, 1698, 1707]);
    expect(courseOf("source", quakes.versions)).toBeUndefined();
    expect(courseOf("__proto__", quakes.versions)).toBeUndefined();
  });
});

describe("versions", () => {
  it("say why each was made and what it changed", () => {
    expect(notesOf(quakes.versions, true)).toEqual([
      { why: "features has new data", delta: "+9 rows", isSame: false },
      { why: "code version 3 → 4", delta: "+41 rows", isSame: false },
      { why: "requested", delta: "same bytes", isSame: true },
      { why: "features has new data", delta: "+27 rows", isSame: false },
      { why: "first materialization", delta: "first", isSame: false },
    ]);
    expect(notesOf(quakes.versions, false).at(-1)).toEqual({ why: "", delta: "", isSame: false });
  });

  it("are compared with the version before that holds something else, or as the address says", () => {
    const ids = (query: Record<string, string>) => {
      const compared = comparedOf(quakes.versions, query);
      return [compared?.from.eventId, compared?.to.eventId];
    };
    expect(ids({})).toEqual([88, 101]);
    expect(ids({ to: "70" })).toEqual([20, 70]);
    expect(ids({ from: "20", to: "88" })).toEqual([20, 88]);
    expect(ids({ from: "999" })).toEqual([88, 101]);
    expect(comparedOf([], {})).toBeUndefined();
  });

  it("that are chosen are in the address", () => {
    const now = comparedOf(quakes.versions, {});
    const oldest = quakes.versions.at(-1);
    if (oldest === undefined) throw new Error("The story has versions");
    expect(withCompared({ partition: "p" }, "from", oldest, now)).toEqual({ partition: "p", from: "20", to: "101" });
  });

  it("that differ are told in one line, with columns as wide as their texts", () => {
    expect(diffSummary(diff)).toBe("12 added, 3 removed, 5 changed, matched by id");
    if (diff.value.kind !== "rows") throw new Error("The story has rows that differ");
    expect(rowTemplate(diff.value).columns.split(" minmax").length).toBe(6);
    expect(rowTemplate({ ...diff.value, columns: [], rows: [] }).minimum).toBe("60px");
  });
});

describe("links", () => {
  const row: LinkRow = { name: "a", kind: "asset", status: "UpToDate", isCurrent: true, read: "aa", latest: "aa" };
  it("say how the version that was read stands to the latest", () => {
    expect(inputNote(row)).toBe("the latest");
    expect(inputNote({ ...row, isCurrent: false, latest: "sha256:d551b21b77" })).toBe("now d551b21b");
    expect(inputNote({ ...row, status: "Missing" })).toBe("never materialized");
    expect(userNote({ ...row, isCurrent: false })).toBe("made from an earlier version");
    expect(userNote({ ...row, mapping: "identity" })).toBe("made from this version, identity");
  });
});

describe("a table", () => {
  it("has columns as wide as their kind needs, and the order of the last press", () => {
    expect(templateOf(table.columns)).toMatch(/^52px 172px 76px/);
    expect(nextSort(undefined, "mag")).toEqual(["mag", "up"]);
    expect(nextSort(["mag", "up"], "mag")).toEqual(["mag", "down"]);
    expect(nextSort(["mag", "down"], "mag")).toBeUndefined();
    expect(nextSort(["mag", "down"], "at")).toEqual(["at", "up"]);
  });

  it("shows numbers of a column with the same decimals", () => {
    expect(digitsOf([[1], [2.5], [3.25]], 0)).toBe(2);
    expect(digitsOf([[1], [Number.NaN], ["x"]], 0)).toBe(0);
    expect(digitsOf([[1 / 3]], 0)).toBe(3);
  });

  it("whose columns are degrees has points, sized by a number", () => {
    expect(table.columns[sizeColumn(table.columns) ?? -1]?.name).toBe("mag");
    const points = pointsOf(table);
    expect(points).toHaveLength(50);
    expect(points[0]).toMatchObject({ label: "0.31 37km NNE of Amboy, Washington" });
    expect(pointsOf({ columns: table.columns.slice(0, 2), rows: table.rows })).toEqual([]);
  });

  it("is asked for in parts for its map", async () => {
    const signal = new AbortController().signal;
    const all = await mapQuestion(story(), { name: "quakes" }, "").load(signal);
    expect(all?.points).toHaveLength(1707);
    expect((await mapQuestion(story(), { name: "quakes" }, "hualian").load(signal))?.points.length).toBeLessThan(100);
    expect(await mapQuestion(story(), { name: "report" }, "").load(signal)).toBeUndefined();
  });
});

describe("a map", () => {
  it("has every point once, the largest as rings", () => {
    const points = Array.from({ length: 100 }, (_, index) => ({ lon: index, lat: index / 2, size: index / 100, label: String(index) }));
    const { rings, points: paths } = atOnce(drawMarks(points, 720));
    const { height } = atOnce(drawGround(720));
    expect(rings.map(({ label }) => label)).toEqual(["99", "98", "97", "96", "95"]);
    expect(paths.reduce((sum, { path }) => sum + path.split("M").length - 1, 0)).toBe(95);
    expect(height).toBeGreaterThan(340);
    expect(height).toBeLessThan(360);
  });
});

describe("a series", () => {
  const map = (entries: readonly (readonly [Shown, Shown])[]): Shown => ({ $: "map", size: entries.length, of: entries });
  it("is the numbers of a map, or the first number of each entry", () => {
    expect(
      seriesOf(
        map([
          ["a", 1],
          ["b", 2],
        ]),
      ),
    ).toEqual({
      of: undefined,
      entries: [
        ["a", 1],
        ["b", 2],
      ],
    });
    const entry = (count: number): Shown => ({
      $: "object",
      size: 2,
      of: [
        ["name", "x"],
        ["count", count],
      ],
    });
    expect(
      seriesOf(
        map([
          ["a", entry(3)],
          ["b", entry(4)],
        ]),
      ),
    ).toEqual({
      of: "count",
      entries: [
        ["a", 3],
        ["b", 4],
      ],
    });
    expect(
      seriesOf(
        map([
          ["a", 1],
          ["b", "x"],
        ]),
      ),
    ).toBeUndefined();
    expect(seriesOf(map([["a", 1]]))).toBeUndefined();
    expect(seriesOf("text")).toBeUndefined();
  });

  it("has labels without what all begin with", () => {
    expect(commonStart(["2018-01-31", "2018-02-01"])).toBe(5);
    expect(commonStart(["red", "green"])).toBe(0);
    expect(commonStart(["one"])).toBe(0);
  });
});

describe("a value as text", () => {
  it("tells what JSON has no word for", () => {
    expect(textOfShown({ $: "bigint", v: "12" }).text).toBe("12n");
    expect(textOfShown({ $: "map", size: 1_200, of: [] }).text).toBe("Map(1,200)");
    expect(textOfShown({ $: "object", size: 2, name: "Quake", of: [] }).text).toBe("Quake {2}");
    expect(textOfShown({ $: "cut", v: "abc", of: 5_000 })).toEqual({ text: '"abc…"', kind: "text", chip: "5,000 characters" });
    expect(textOfShown({ $: "same", v: "" }).text).toBe("the same as the value itself");
    expect(cellText({ $: "date", v: "2018-02-07T01:49:30.000Z" })).toBe("2018-02-07 01:49:30");
    expect(cellText(null)).toBe("");
  });
});

describe("bytes", () => {
  it("are lines of sixteen, with what can be printed", () => {
    expect(hexLines(fromBase64(btoa("edgewater\n")))).toEqual([
      { offset: "00000000", hex: "65 64 67 65 77 61 74 65 72 0a".padEnd(47), text: "edgewater·" },
    ]);
    expect(hexLines(new Uint8Array(33))).toHaveLength(3);
    expect(hexLines(new Uint8Array())).toEqual([]);
  });
});

describe("Markdown", () => {
  it("has tables, and headings below those of a card", () => {
    expect(markdownToHtml("# A\n\n| a |\n|-|\n| b |")).toContain("<h3>A</h3>");
    expect(markdownToHtml("| a |\n|-|\n| b |")).toContain('role="region"');
  });

  it("runs nothing and loads nothing", () => {
    const html = markdownToHtml(
      '<script>alert(1)</script>\n\n[a](javascript:alert(1)) [b](data:text/html,x) [c](https://example.com "t")\n\n![pixel](https://example.com/p.png "t") ![x](javascript:1)\n\n<https://example.com>',
    );
    expect(html).not.toMatch(/<script|<img|javascript:|data:/);
    expect(html).toContain("&lt;script&gt;");
    expect(html).toContain('<a href="https://example.com/p.png" target="_blank" rel="noopener noreferrer">pixel</a>');
  });
});

describe("the next asset", () => {
  it("is of the same kind, round at the ends", async () => {
    const { nodes } = await story().snapshot();
    expect([
      neighbour(nodes, "digest", 1),
      neighbour(nodes, "quakes", -1),
      neighbour(nodes, "feed", 1),
      neighbour(nodes, "none", 1),
    ]).toEqual(["quakes", "digest", "land", undefined]);
  });
});
