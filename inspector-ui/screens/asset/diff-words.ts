import type { Diff, RowDiff, ValueDiff } from "../../../src/inspector/inspection.ts";
import type { Shown } from "../../../src/inspector/show.ts";
import { formatCount, formatNumber } from "../../parts/format.ts";
import { cellText } from "./value/shown-text.ts";

/** The name of the tab with the value. */
export function valueTab(value: ValueDiff): "Rows" | "Lines" | "Value" {
  return value.kind === "rows" ? "Rows" : value.kind === "lines" ? "Lines" : "Value";
}

/** How much has changed, in one line. */
export function diffSummary({ value }: Diff): string {
  switch (value.kind) {
    case "same":
      return "same bytes";
    case "refused":
      return "values are not compared";
    case "rows":
      return `${formatNumber(value.added)} added, ${formatNumber(value.removed)} removed, ${formatNumber(value.changed)} changed, matched by ${value.key ?? "position"}`;
    case "tree":
      return `${formatCount(value.changes.length, "change")}${value.isCut ? " and more" : ""}`;
    case "lines":
      return `${formatNumber(value.lines.filter(({ sign }) => sign === "+").length)} added, ${formatNumber(value.lines.filter(({ sign }) => sign === "-").length)} removed`;
  }
}

type Cell = RowDiff["cells"][number];

/** Whether a cell has both values. */
export const isChanged = (cell: Cell): cell is { readonly from: Shown; readonly to: Shown } =>
  typeof cell === "object" && cell !== null && "from" in cell && "to" in cell;

const lengthOf = (cell: Cell): number =>
  isChanged(cell) ? cellText(cell.from).length + cellText(cell.to).length + 1 : cellText(cell).length;

/** The widths of the columns of rows that differ, by their longest texts, and the width below which they scroll. */
export function rowTemplate({ columns, rows }: Extract<ValueDiff, { readonly kind: "rows" }>): {
  readonly columns: string;
  readonly minimum: string;
} {
  const lengths = columns.map((name, column) =>
    rows.reduce((most, { cells }) => Math.max(most, lengthOf(cells[column] ?? null)), name.length),
  );
  const widths = lengths.map((length) => Math.max(44, Math.min(190, length * 7 + 4)));
  return {
    columns: `22px ${widths.map((width, column) => `minmax(${width}px, ${Math.min(40, lengths[column] ?? 1)}fr)`).join(" ")}`,
    minimum: `${widths.reduce((sum, width) => sum + width + 6, 60)}px`,
  };
}
