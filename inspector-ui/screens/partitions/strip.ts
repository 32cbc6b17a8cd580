/** Where partitions lie in the strip: day by hour, month by day, year by month, one dimension by the other, or in rows as they come. */
import type { PartitionShape } from "../../../src/inspector/inspection.ts";
import { calendarOf, spanTitle } from "./calendar.ts";
import { wallTimes } from "./local-time.ts";

export interface StripColumn {
  /** What stands above it. */
  readonly label: string;
  /** Whether there is room for the label: of 24 hours, every third. */
  readonly isLabelled: boolean;
}

export interface StripRow {
  /** What stands before it, such as `Wed`, and what is fainter, such as `31 Jan`. */
  readonly label: string;
  readonly detail: string;
  /** The whole name, for those who do not see the rows above: `2018-01-31`. */
  readonly title: string;
}

/** Rows of places. A place without a partition is a hole. */
export interface Strip {
  readonly kind: "time" | "multi" | "plain";
  /** What its rows and columns are, such as `hour by hour`. */
  readonly caption: string;
  /** What a row is, such as `day`. */
  readonly rowName: string;
  /** From the first to the last row, such as `31 Jan – 7 Feb 2018`. */
  readonly title: string;
  readonly columns: readonly StripColumn[];
  readonly rows: number;
  readonly total: number;
  readonly row: (index: number) => StripRow;
  /** The position at a place; undefined for a hole. */
  readonly at: (row: number, column: number) => number | undefined;
  readonly placeOf: (position: number) => readonly [row: number, column: number];
  /** The name of a partition where its place tells it; undefined where only the key does. */
  readonly nameOf: (position: number) => string | undefined;
}

/** Lays partitions out. `perRow`: how many stand in a row when nothing else tells. */
export function stripOf(shape: PartitionShape, total: number, perRow = 24): Strip {
  if (shape.kind === "multi") return multiStrip(shape.dimensions, total);
  if (shape.kind === "time" && shape.starts.length > 0) return timeStrip(shape, total) ?? plainStrip(total, perRow);
  return plainStrip(total, perRow);
}

function timeStrip({ starts, stepMs, timeZone }: Extract<PartitionShape, { kind: "time" }>, total: number): Strip | undefined {
  const walls = wallTimes(starts, timeZone);
  const calendar = calendarOf(stepMs ?? medianStep(walls), walls[0] ?? 0);
  if (calendar === undefined) return undefined;
  const cells: (number | undefined)[][] = [];
  const places: [number, number][] = [];
  const firstWalls: number[] = [];
  let lastRow: number | undefined;
  let width = calendar.columns.length;
  walls.forEach((wall, position) => {
    const [row, wanted] = calendar.place(wall);
    if (row !== lastRow) {
      cells.push([]);
      firstWalls.push(wall);
      lastRow = row;
    }
    const cell = cells[cells.length - 1] as (number | undefined)[];
    // When clocks go back an hour comes twice: the second one stands after the others.
    const column = cell[wanted] === undefined ? wanted : Math.max(calendar.columns.length, cell.length);
    cell[column] = position;
    width = Math.max(width, column + 1);
    places.push([cells.length - 1, column]);
  });
  const extra = Array.from({ length: width - calendar.columns.length }, () => ({ label: "again", isLabelled: false }));
  return {
    kind: "time",
    caption: calendar.caption,
    rowName: calendar.rowName,
    title: spanTitle(walls[0] as number, walls.at(-1) as number),
    columns: [...calendar.columns, ...extra],
    rows: cells.length,
    total,
    row: (index) => calendar.row(firstWalls[index] as number),
    at: (row, column) => cells[row]?.[column],
    placeOf: (position) => places[position] ?? [0, 0],
    nameOf: (position) => calendar.name(walls[position] as number),
  };
}

function medianStep(walls: readonly number[]): number {
  const steps = walls.slice(1, 200).map((wall, index) => wall - (walls[index] as number));
  return steps.sort((left, right) => left - right)[steps.length >> 1] ?? 0;
}

/** Positions count through the last dimension first. The dimension with fewer keys goes across. */
function multiStrip([outer, inner]: Extract<PartitionShape, { kind: "multi" }>["dimensions"], total: number): Strip {
  const isInnerAcross = inner.keys.length <= outer.keys.length;
  const [down, across] = isInnerAcross ? [outer, inner] : [inner, outer];
  const position = (row: number, column: number): number =>
    isInnerAcross ? row * inner.keys.length + column : column * inner.keys.length + row;
  const gap = Math.ceil(across.keys.length / 12);
  return {
    kind: "multi",
    caption: `${down.name} by ${across.name}`,
    rowName: down.name,
    title: `${down.keys.length} × ${across.keys.length}`,
    columns: across.keys.map((label, index) => ({ label, isLabelled: index % gap === 0 })),
    rows: down.keys.length,
    total,
    row: (index) => ({ label: down.keys[index] ?? "", detail: "", title: down.keys[index] ?? "" }),
    at: (row, column) =>
      row >= 0 && row < down.keys.length && column >= 0 && column < across.keys.length ? position(row, column) : undefined,
    placeOf: (at) => {
      const [first, second] = [Math.floor(at / inner.keys.length), at % inner.keys.length];
      return isInnerAcross ? [first, second] : [second, first];
    },
    nameOf: (at) => `${outer.keys[Math.floor(at / inner.keys.length)]}, ${inner.keys[at % inner.keys.length]}`,
  };
}

function plainStrip(total: number, perRow: number): Strip {
  return {
    kind: "plain",
    caption: "in the order of the definition",
    rowName: "from",
    title: "Partitions",
    columns: Array.from({ length: Math.min(total, perRow) }, (_, index) => ({ label: String(index + 1), isLabelled: false })),
    rows: Math.ceil(total / perRow),
    total,
    row: (index) => ({ label: String(index * perRow + 1), detail: "", title: `from ${index * perRow + 1}` }),
    at: (row, column) => (row >= 0 && column >= 0 && column < perRow && row * perRow + column < total ? row * perRow + column : undefined),
    placeOf: (position) => [Math.floor(position / perRow), position % perRow],
    nameOf: () => undefined,
  };
}
