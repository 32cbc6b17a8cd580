/** Where the keys of a grid lead, and what a drag from one partition to another selects. */

import { between, normalRanges, type Ranges } from "./ranges.ts";
import type { Strip } from "./strip.ts";

/** How a key press moves: by the name of the key, with Control or Command for the ends of the whole grid. */
export interface Move {
  readonly key: string;
  readonly isWhole?: boolean;
  /** How many rows are in sight. */
  readonly page?: number;
}

/** The position that a key leads to from `position`; undefined for a key that does not move. */
export function moved(strip: Strip, position: number, { key, isWhole = false, page = 8 }: Move): number | undefined {
  const [row, column] = strip.placeOf(position);
  const limit = (at: number): number => Math.max(0, Math.min(strip.total - 1, at));
  switch (key) {
    case "ArrowRight":
      return strip.kind === "multi" ? (strip.at(row, column + 1) ?? position) : limit(position + 1);
    case "ArrowLeft":
      return strip.kind === "multi" ? (strip.at(row, column - 1) ?? position) : limit(position - 1);
    case "ArrowDown":
      return inColumn(strip, row + 1, column, 1) ?? position;
    case "ArrowUp":
      return inColumn(strip, row - 1, column, -1) ?? position;
    case "PageDown":
      return inColumn(strip, Math.min(strip.rows - 1, row + page), column, -1) ?? position;
    case "PageUp":
      return inColumn(strip, Math.max(0, row - page), column, 1) ?? position;
    case "Home":
      return isWhole ? 0 : inRow(strip, row, 0, 1);
    case "End":
      return isWhole ? strip.total - 1 : inRow(strip, row, strip.columns.length - 1, -1);
    default:
      return undefined;
  }
}

/** The first partition of a column from a row on; holes are passed over. */
function inColumn(strip: Strip, from: number, column: number, step: 1 | -1): number | undefined {
  for (let row = from; row >= 0 && row < strip.rows; row += step) {
    const found = strip.at(row, column);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inRow(strip: Strip, row: number, from: number, step: 1 | -1): number | undefined {
  for (let column = from; column >= 0 && column < strip.columns.length; column += step) {
    const found = strip.at(row, column);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What lies between two partitions: a stretch of time, or of two dimensions the rectangle with both in its corners. */
export function stretch(strip: Strip, anchor: number, end: number): Ranges {
  if (strip.kind !== "multi") return between(anchor, end);
  const [anchorRow, anchorColumn] = strip.placeOf(anchor);
  const [endRow, endColumn] = strip.placeOf(end);
  const [left, right] = [Math.min(anchorColumn, endColumn), Math.max(anchorColumn, endColumn)];
  const ranges: (readonly [number, number])[] = [];
  for (let row = Math.min(anchorRow, endRow); row <= Math.max(anchorRow, endRow); row++) {
    for (let column = left; column <= right; column++) {
      const position = strip.at(row, column);
      if (position !== undefined) ranges.push([position, position + 1]);
    }
  }
  return normalRanges(ranges);
}
