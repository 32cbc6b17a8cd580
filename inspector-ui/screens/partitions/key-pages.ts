/** Which questions bring the rows of a selection: each of at most 500 rows, gaps that are small asked for along. */

import type { Action, Inspection, PartitionRow } from "../../../src/inspector/inspection.ts";
import { contains, countOf, firstOf, type Range, type Ranges } from "./ranges.ts";

/** What one question may ask for. */
const pageRows = 500;
/** A gap that is cheaper to read than to ask around. */
const smallGap = 50;
/** More keys than these are not sent by name. */
export const mostKeys = 20_000;

/** The questions for the first `limit` positions of a selection. */
export function pagesOf(selection: Ranges, limit: number): readonly Range[] {
  const pages: [number, number][] = [];
  for (const [from, to] of firstOf(selection, limit)) {
    const last = pages.at(-1);
    let start = from;
    if (last !== undefined && from - last[1] <= smallGap && last[1] < last[0] + pageRows) {
      const end = Math.min(to, last[0] + pageRows);
      if (end > last[1]) last[1] = end;
      start = Math.max(from, last[1]);
    }
    for (; start < to; start += pageRows) pages.push([start, Math.min(to, start + pageRows)]);
  }
  return pages;
}

/** The rows of the first `limit` positions of a selection, in their order. */
export async function selectedRows(
  partitionRows: Inspection["partitionRows"],
  asset: string,
  selection: Ranges,
  limit: number,
  signal: AbortSignal,
): Promise<readonly PartitionRow[]> {
  const wanted = firstOf(selection, limit);
  const rows: PartitionRow[] = [];
  for (const [from, to] of pagesOf(selection, limit)) {
    const page = await partitionRows(asset, { from, to, signal });
    rows.push(...page.filter(({ position }) => contains(wanted, position)));
  }
  return rows;
}

/** The backfill of a selection: by its keys, or of all that is missing where these are too many to name. */
export async function backfillOf(
  partitionRows: Inspection["partitionRows"],
  asset: string,
  selection: Ranges,
  signal: AbortSignal,
): Promise<Action> {
  if (!canBeNamed(selection)) return { type: "backfill", selection: [asset], only: "missing" };
  const rows = await selectedRows(partitionRows, asset, selection, mostKeys, signal);
  return { type: "backfill", selection: [asset], partitions: rows.map(({ key }) => key) };
}

/** Whether the partitions of a selection can be named one by one. */
export const canBeNamed = (selection: Ranges): boolean => countOf(selection) <= mostKeys;
