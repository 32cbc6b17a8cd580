/** What the screen of partitions says. */
import type { InspectedStatus, PartitionRow, PartitionsView } from "../../../src/inspector/inspection.ts";
import { formatAgo, formatCount, formatDuration, formatNumber, formatValue } from "../../parts/format.ts";
import { wordOf } from "../../parts/status.ts";
import type { MeasureFacts, Shade } from "./measure.ts";
import { countOf, type Ranges } from "./ranges.ts";
import type { Strip } from "./strip.ts";

/** The name of a partition: by its place where that tells it, else its key once it is known, else its number. */
export const nameOf = (strip: Strip, position: number, row?: PartitionRow): string =>
  strip.nameOf(position) ?? row?.key ?? `partition ${formatNumber(position + 1)}`;

/** A value of a measure with its unit. */
export function measureText(name: string, value: number): string {
  if (name === "age") return formatAgo(0, value);
  if (name === "seconds") return formatDuration(value * 1000);
  return formatValue(value);
}

/** What a place says to those who do not see it: `2018-02-06, 18:00: 9 rows`. */
export function cellText(name: string, status: InspectedStatus, measure: string | undefined, value: number | null | undefined): string {
  const word = wordOf(status).toLowerCase();
  if (measure === undefined || value === null || value === undefined) return `${name}: ${word}`;
  const text = measureText(measure, value);
  const told =
    measure === "age" ? `made ${text === "now" ? "just now" : `${text} ago`}` : measure === "seconds" ? text : `${text} ${measure}`;
  return status === "UpToDate" ? `${name}: ${told}` : `${name}: ${word}, ${told}`;
}

/** How a place is drawn: what is made by its shade, anything else by its status. */
export function cellClass(status: InspectedStatus, shade: Shade | undefined): string {
  switch (status) {
    case "Failed":
      return "fail";
    case "Missing":
      return "none";
    case "Running":
      return "run";
    case "Unrecorded":
      return "loose";
    case "Stale":
    case "Partial":
      return shade === undefined ? "stale" : `h${shade} old`;
    default:
      return shade === undefined ? "ok" : `h${shade}`;
  }
}

/** `8 of 192 to make`, or that nothing is. */
export function summaryOf({ counts, total }: PartitionsView): { readonly status: InspectedStatus; readonly text: string } {
  const toMake = counts.failed + counts.missing + counts.stale;
  if (counts.running > 0 && toMake === 0)
    return { status: "Running", text: `${formatNumber(counts.running)} of ${formatNumber(total)} running` };
  if (toMake > 0) return { status: "Partial", text: `${formatNumber(toMake)} of ${formatNumber(total)} to make` };
  return { status: "UpToDate", text: `All ${formatNumber(total)} up to date` };
}

/** What the selection is called: its first and last partition. */
export function selectionTitle(strip: Strip, selection: Ranges, row: (position: number) => PartitionRow | undefined): string {
  const count = countOf(selection);
  const first = selection[0]?.[0];
  const last = selection.at(-1)?.[1];
  if (first === undefined || last === undefined) return "Nothing selected";
  const name = (position: number): string => row(position)?.key ?? nameOf(strip, position);
  return count === 1 ? name(first) : `${name(first)} … ${name(last - 1)}`;
}

/** What happened to a partition, in a few words. */
export function happened({ status, failure, madeBy, latest }: PartitionRow, now: number): string {
  if (status === "Running") return madeBy === undefined ? "being made" : `being made by run ${madeBy.slice(0, 8)}`;
  if (failure !== undefined && status === "Failed") return failure.message;
  if (latest !== undefined) return formatAgo(latest.at, now) === "now" ? "made just now" : `made ${formatAgo(latest.at, now)} ago`;
  return status === "Missing" ? "never made" : "";
}

/** What lies between the least and the most: `between 0 and 19`. */
export const spread = (name: string, { least, most }: MeasureFacts): string =>
  least === most ? `always ${measureText(name, least)}` : `between ${measureText(name, least)} and ${measureText(name, most)}`;

/** The measure as a heading: `Rows`, `Seconds`, `Age`. */
export const measureTitle = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("_", " ")}`;

/** The measure that is shown first: rows if they are counted, else other metadata, else the status. */
export function firstMeasure(measures: readonly string[]): string {
  if (measures.includes("rows")) return "rows";
  return measures.find((name) => !["status", "age", "seconds"].includes(name)) ?? "status";
}

/** The measures in the order of the choice: metadata first. */
export function measureChoices(measures: readonly string[]): readonly string[] {
  const first = firstMeasure(measures);
  return [...new Set([first, "status", "age", "seconds", ...measures])].filter((name) => name === "status" || measures.includes(name));
}

export const partitionCount = (count: number): string => formatCount(count, "partition");
