/** Where partitions lie in the strip: day by hour, month by day, year by month, one dimension by the other, or in rows as they come. */
import type { PartitionShape } from "../../../src/inspector/inspection.ts";
import type { Steps } from "../../state/slices.ts";
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
export function* stripOf(shape: PartitionShape, total: number, perRow = 24): Steps<Strip> {
  if (shape.kind === "multi") return multiStrip(shape.dimensions, total);
  if (shape.kind === "time" && shape.starts.length > 0) return (yield* timeStrip(shape, total)) ?? plainStrip(total, perRow);
  return plainStrip(total, perRow);
}

/** After so many partitions the work can pause. */
const stride = 1024;

function* timeStrip({ starts, stepMs, timeZone }: Extract<PartitionShape, { kind: "time" }>, total: number): Steps<Strip | undefined> {
  const walls = yield* wallTimes(starts, timeZone);
  const calendar = calendarOf(stepMs ?? medianStep(walls), walls[0] ?? 0);
  if (calendar === undefined) return undefined;
  const width = calendar.columns.length;
  /** The first position of each row, and after the last one the end: rows grow with time. */
  const firsts: number[] = [];
  const columns = new Uint16Array(walls.length);
  /** The row that has taken a column last. */
  const takenBy: number[] = [];
  let lastRow: number | undefined;
  let widest = width;
  for (let position = 0; position < walls.length; position++) {
    if (position % stride === 0) yield;
    const [row, wanted] = calendar.place(walls[position] as number);
    if (row !== lastRow) firsts.push(position);
    lastRow = row;
    // When clocks go back an hour comes twice: the second one stands after the others.
    let column = wanted;
    for (let after = width; takenBy[column] === row; after++) column = after;
    takenBy[column] = row;
    columns[position] = column;
    widest = Math.max(widest, column + 1);
  }
  const rows = firsts.length;
  firsts.push(walls.length);
  const extra = Array.from({ length: widest - width }, () => ({ label: "again", isLabelled: false }));
  return {
    kind: "time",
    caption: calendar.caption,
    rowName: calendar.rowName,
    title: spanTitle(walls[0] as number, walls.at(-1) as number),
    columns: [...calendar.columns, ...extra],
    rows,
    total,
    row: (index) => calendar.row(walls[firsts[index] as number] as number),
    at: (row, column) => {
      const end = firsts[row + 1] ?? 0;
      for (let position = firsts[row] ?? 0; position < end; position++) if (columns[position] === column) return position;
      return undefined;
    },
    placeOf: (position) => (position < walls.length ? [rowOf(firsts, position), columns[position] as number] : [0, 0]),
    nameOf: (position) => calendar.name(walls[position] as number),
  };
}

/** The row of a position, of those that begin at growing positions. */
function rowOf(firsts: readonly number[], position: number): number {
  let low = 0;
  let high = firsts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((firsts[middle] as number) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
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
