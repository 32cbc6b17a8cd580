import type { Preview } from "../../../../src/inspector/inspection.ts";
import { degreesOf, isDate, isNumeric, sizeColumn } from "./columns.ts";
import type { Point } from "./map-drawing.ts";
import { cellText } from "./shown-text.ts";

type Table = Extract<Preview, { readonly kind: "table" }>;

/** The rows of a table as points: those whose degrees are numbers. */
export function pointsOf({ columns, rows }: Pick<Table, "columns" | "rows">): readonly Point[] {
  const degrees = degreesOf(columns);
  if (degrees === undefined) return [];
  const sizeAt = sizeColumn(columns);
  const size = sizeAt === undefined ? undefined : columns[sizeAt];
  const textAt = columns.findIndex((column) => !isNumeric(column) && !isDate(column));
  const from = size?.min ?? 0;
  const span = (size?.max ?? 0) - from;
  return rows.flatMap((row): Point[] => {
    const lon = row[degrees.lon];
    const lat = row[degrees.lat];
    if (typeof lon !== "number" || typeof lat !== "number") return [];
    const value = sizeAt === undefined ? undefined : row[sizeAt];
    const share = typeof value === "number" && span > 0 ? Math.min(1, Math.max(0, (value - from) / span)) : 0;
    const name = textAt < 0 ? `${lon}, ${lat}` : cellText(row[textAt] ?? null);
    return [{ lon, lat, size: share, label: typeof value === "number" ? `${cellText(value)} ${name}` : name }];
  });
}
