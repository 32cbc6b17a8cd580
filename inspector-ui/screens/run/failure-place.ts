/** Where to look after a failure. */
import { hrefOf } from "../../frame/route.ts";
import { formatNumber } from "../../parts/format.ts";
import { type FailureGroup, readInputs } from "./failure.ts";

export interface PlaceToOpen {
  readonly text: string;
  readonly href: string;
}

/**
 * The row of an input that was refused, the partition that has failed, or else the first input; undefined when there is nothing to
 * look at. Rows have the numbers that tables show, from 1.
 */
export function placeToOpen({ first, count }: FailureGroup): PlaceToOpen | undefined {
  const { place, partition } = first;
  const name = first.asset ?? first.step;
  if (place !== undefined) {
    const { asset, row } = place;
    const query = { ...(place.partition !== undefined && { partition: place.partition }), ...(row !== undefined && { row: `${row}` }) };
    const what = place.partition === undefined ? asset : `${asset}, ${place.partition},`;
    const text = row === undefined ? `Open ${what.replace(/,$/, "")}` : `Open ${what} at row ${formatNumber(row + 1)}`;
    return { text, href: hrefOf({ screen: "asset", name: asset, query }) };
  }
  if (partition !== undefined) {
    return count === 1
      ? { text: `Open ${name}, ${partition}`, href: hrefOf({ screen: "asset", name, query: { partition } }) }
      : { text: `Open the ${formatNumber(count)} partitions`, href: hrefOf({ screen: "partitions", name, query: { select: "failed" } }) };
  }
  const [input] = readInputs(first);
  if (input === undefined) return undefined;
  const query = input.partition === undefined ? {} : { query: { partition: input.partition } };
  return { text: `Open ${input.asset}`, href: hrefOf({ screen: "asset", name: input.asset, ...query }) };
}
