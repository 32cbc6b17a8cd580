import { orderOf } from "../expression/compare.ts";
import { lowerTextBound, upperTextBound } from "../statistics/bounds.ts";
import { encodePlain } from "./plain.ts";
import type { WrittenStruct } from "./thrift-writer.ts";
import type { WrittenColumn } from "./written-schema.ts";

const encoder = new TextEncoder();

/**
 * The statistics of a column in a row group. Long texts are cut, so that they bound their column still. Bytes have no bounds.
 *
 * @param values those that are there, or those of a dictionary
 */
export function writtenStatistics(column: WrittenColumn, values: ArrayLike<unknown>, nullCount: number): WrittenStruct {
  const { type } = column;
  const order = type === "binary" ? undefined : orderOf(type);
  let min: unknown;
  let max: unknown;
  if (order !== undefined) {
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (Number.isNaN(value)) continue;
      if (min === undefined || order(value, min) < 0) min = value;
      if (max === undefined || order(value, max) > 0) max = value;
    }
  }
  const lower = type === "string" && min !== undefined ? lowerTextBound(min as string) : min;
  const upper = type === "string" && max !== undefined ? upperTextBound(max as string) : max;
  const encode = (bound: unknown): Uint8Array | undefined => {
    if (bound === undefined) return undefined;
    return type === "string" ? encoder.encode(bound as string) : encodePlain(column, [bound]);
  };
  return {
    3: BigInt(nullCount),
    // Both zeros are within the bounds -0 and 0.
    5: encode(upper === 0 ? 0 : upper),
    6: encode(lower === 0 ? -0 : lower),
    7: upper === undefined || upper === max ? undefined : false,
    8: lower === min ? undefined : false,
  };
}
