/** The values of the story, as previews. */
import type { ColumnView, NodeRow, Preview, PreviewQuery } from "../../../src/inspector/inspection.ts";
import type { Shown } from "../../../src/inspector/show.ts";
import { days, type Quake, quakes, report, strong } from "./quakes.ts";

type Row = Readonly<Record<string, number | string>>;

const dateColumns = new Set(["at"]);
const bins = (values: readonly number[], min: number, max: number): readonly number[] => {
  const counts = Array.from({ length: 30 }, () => 0);
  for (const value of values) {
    const bin = Math.min(29, Math.floor(((value - min) / (max - min || 1)) * 30));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
};

function column(name: string, rows: readonly Row[]): ColumnView {
  const values = rows.map((row) => row[name]);
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.length || values.length === 0) return { name, type: "text", distinct: new Set(values).size };
  const min = numbers.reduce((least, value) => Math.min(least, value));
  const max = numbers.reduce((most, value) => Math.max(most, value));
  const unit = name === "lon" ? ({ unit: "degrees-lon" } as const) : name === "lat" ? ({ unit: "degrees-lat" } as const) : {};
  return {
    name,
    type: dateColumns.has(name) ? "Date" : "number",
    ...unit,
    min,
    max,
    bins: bins(numbers, min, max),
    distinct: new Set(numbers).size,
  };
}

const shown = (name: string, value: number | string | undefined): Shown =>
  value === undefined ? null : dateColumns.has(name) && typeof value === "number" ? { $: "date", v: new Date(value).toISOString() } : value;

export function table(all: readonly Row[], names: readonly string[], { rows: range = [0, 100], sort, find }: PreviewQuery): Preview {
  const found =
    find === undefined || find === ""
      ? all
      : all.filter((row) => Object.values(row).some((value) => String(value).toLowerCase().includes(find.toLowerCase())));
  const [by, direction] = sort ?? [];
  const sign = direction === "down" ? -1 : 1;
  const sorted =
    by === undefined
      ? found
      : [...found].sort((left, right) => sign * ((left[by] ?? 0) < (right[by] ?? 0) ? -1 : (left[by] ?? 0) > (right[by] ?? 0) ? 1 : 0));
  return {
    kind: "table",
    columns: names.map((name) => column(name, all)),
    total: found.length,
    rows: sorted.slice(range[0], range[1]).map((row) => names.map((name) => shown(name, row[name]))),
  };
}

const quakeColumns = ["at", "mag", "depth", "place", "lon", "lat"];
const asRows = (list: readonly Quake[]): readonly Row[] => list.map(({ id: _, ...row }) => ({ ...row }));

const members = (entries: readonly (readonly [Shown, Shown])[], $: "object" | "map" | "array", name?: string): Shown => ({
  $,
  size: entries.length,
  of: entries,
  ...(name === undefined ? {} : { name }),
});
const quakeTree = (row: Quake): Shown =>
  members(
    Object.entries({ ...row }).map(([key, value]) => [key, shown(key, value)] as const),
    "object",
  );

const trees: Readonly<Record<string, Shown>> = {
  daily: members(
    days.map(
      ({ day, count, mean, top }) =>
        [
          day,
          members(
            [
              ["count", count],
              ["meanMagnitude", mean],
              ["strongest", quakeTree(top)],
            ],
            "object",
          ),
        ] as const,
    ),
    "map",
  ),
  depths: members(
    [
      ["shallow", 1411],
      ["middle", 271],
      ["deep", 25],
    ],
    "map",
  ),
  alerts: members(
    strong.slice(0, 3).map((row, index) => [index, quakeTree(row)] as const),
    "array",
  ),
};

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 350"><rect width="720" height="350" fill="#eef3f3"/></svg>';

export function previewOf(asset: string, query: PreviewQuery): Preview {
  switch (asset) {
    case "quakes":
      return table(asRows(quakes), quakeColumns, query);
    case "strong":
      return table(asRows(strong), quakeColumns, query);
    case "report":
      return { kind: "text", text: report, language: "markdown" };
    case "map":
      return { kind: "text", text: svg, language: "svg" };
    case "hourly":
      return {
        kind: "tree",
        root: members(
          [
            ["rows", 9],
            ["mean", 1.7],
          ],
          "object",
        ),
      };
    default:
      return trees[asset] === undefined
        ? { kind: "refused", because: "gone", message: `${asset} was never materialized` }
        : { kind: "tree", root: trees[asset] };
  }
}

export const damagedPreview = ({ name }: NodeRow): Preview => ({
  kind: "refused",
  because: "damaged",
  code: "Integrity",
  message: `earthquakes/${name}.superjson has 10,656 bytes whose digest is sha256:19ac0f3e…; it was recorded as sha256:d551b21b…. Nothing was loaded from it.`,
});

export function hugePreview(query: PreviewQuery): Preview {
  if (query.firstRows === undefined)
    return { kind: "refused", because: "too-large", message: "", size: 214_000_000, limit: 8_000_000, firstRows: 1_000 };
  const preview = table(asRows(quakes.slice(0, query.firstRows)), quakeColumns, query);
  return preview.kind === "table" ? { ...preview, isCut: true } : preview;
}
