/** The values of the fake inspection: a table of 10,000 earthquakes that never were, a text, or a tree. */
import type { Diff, DiffQuery, Preview, PreviewQuery, Shown } from "edgewater/inspector";
import { randomOf } from "../random.ts";
import { fakeVersion } from "./graph.ts";

const total = 10_000;
const columns = ["id", "time", "mag", "place", "lon", "lat", "depth"] as const;

/** The row with this number: always the same one. */
function row(position: number, index: number): readonly Shown[] {
  const random = randomOf(position * 100_003 + index);
  const time = new Date(Date.UTC(2025, 0, 1) + index * 600_000).toISOString();
  return [
    `fake${index}`,
    { $: "date", v: time },
    Math.round(random() * 60) / 10,
    `${Math.floor(random() * 200)} km N of Nowhere`,
    Math.round((random() * 360 - 180) * 1000) / 1000,
    Math.round((random() * 160 - 80) * 1000) / 1000,
    Math.round(random() * 2000) / 10,
  ];
}

/** Every third node has a table, the others a text, a tree, an image, bytes, or something that is refused. */
export function fakePreview(position: number, { rows: [from, to] = [0, 100], find = "", sort }: PreviewQuery): Preview {
  const kind = ["table", "tree", "table", "text", "table", "bytes", "table", "refused"][position % 8];
  if (kind === "tree") {
    return {
      kind: "tree",
      root: {
        $: "object",
        size: 3,
        of: [
          ["a", 1],
          [
            "b",
            {
              $: "array",
              size: 2,
              of: [
                [0, "x"],
                [1, "y"],
              ],
            },
          ],
          ["c", null],
        ],
      },
    };
  }
  if (kind === "text")
    return { kind: "text", text: "# A report\n\nIt is **made up**.\n\n| a | b |\n|-|-|\n| 1 | 2 |\n", language: "markdown" };
  if (kind === "bytes") return { kind: "bytes", size: 4096, base64: btoa("fake bytes ".repeat(20)) };
  if (kind === "refused") {
    return {
      kind: "refused",
      because: "too-large",
      message: "The value has 40 MB, and the limit is 8 MB.",
      size: 40_000_000,
      limit: 8_000_000,
    };
  }
  let indexes = Array.from({ length: total }, (_, index) => index);
  if (find !== "") indexes = indexes.filter((index) => row(position, index).some((cell) => String(cell).includes(find)));
  if (sort !== undefined) {
    const column = columns.indexOf(sort[0] as (typeof columns)[number]);
    const sign = sort[1] === "up" ? 1 : -1;
    const numberOf = (index: number): number => Number(row(position, index)[column]);
    indexes = indexes
      .map((index) => [index, numberOf(index)] as const)
      .sort((left, right) => sign * (left[1] - right[1]))
      .map(([index]) => index);
  }
  return {
    kind: "table",
    columns: [
      { name: "id", type: "string", distinct: total },
      { name: "time", type: "date" },
      { name: "mag", type: "number", min: 0, max: 6, bins: [3, 8, 20, 41, 60, 72, 64, 40, 22, 9, 4, 1] },
      { name: "place", type: "string", distinct: 200 },
      { name: "lon", type: "number", unit: "degrees-lon", min: -180, max: 180 },
      { name: "lat", type: "number", unit: "degrees-lat", min: -80, max: 80 },
      { name: "depth", type: "number", min: 0, max: 200 },
    ],
    total: indexes.length,
    rows: indexes.slice(from, Math.min(to, from + 1000)).map((index) => row(position, index)),
  };
}

export function fakeDiff(position: number, { from, to, limit = 200 }: DiffQuery): Diff {
  const changed = Array.from({ length: Math.min(limit, 20) }, (_, index) => {
    const cells = row(position, index * 7);
    if (index % 3 === 0) return { sign: "+" as const, cells };
    if (index % 3 === 1) return { sign: "-" as const, cells };
    return { sign: "~" as const, cells: cells.map((cell, column) => (column === 2 ? { from: cell, to: Number(cell) + 0.1 } : cell)) };
  });
  return {
    metadata: [{ key: "rows", from: "1,698", to: "1,707" }],
    inputs: [{ name: "feed", from: fakeVersion(from), to: fakeVersion(to) }],
    value: { kind: "rows", columns: [...columns], key: "id", added: 12, removed: 3, changed: 5, rows: changed },
  };
}
