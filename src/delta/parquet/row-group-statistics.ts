import type { ColumnMappingMode } from "../schema/column-mapping.ts";
import type { StructType } from "../schema/types.ts";
import type { Convert } from "./convert.ts";
import { decodeValues, encodings, type Raw } from "./encodings.ts";
import type { Chunk, ChunkGroup } from "./footer.ts";
import { type Plan, planFields } from "./plan.ts";
import type { SchemaNode } from "./schema-tree.ts";

/** Bounds of the values of a column in a row group, as `batch.ts` has values. What is absent is not known. */
export interface ColumnStatistics {
  /** No value is smaller. It need not be the value of a row: long texts are cut. */
  readonly min?: unknown;
  /** No value is larger, NaN aside. */
  readonly max?: unknown;
  readonly nullCount?: number;
}

/**
 * The statistics of a column in a row group.
 *
 * @param path the logical names of the column and of the fields of structs below it
 * @returns undefined for a column that is not in the file, or is in a list or map
 */
export function columnStatistics(
  root: SchemaNode,
  group: ChunkGroup,
  path: readonly string[],
  schema: StructType,
  mapping: ColumnMappingMode,
): ColumnStatistics | undefined {
  const [top, ...rest] = path;
  const fields = schema.fields.filter(({ name }) => name === top);
  let plan: Plan | undefined = planFields(root, { type: "struct", fields }, mapping)[0]?.plan;
  for (const name of rest) plan = plan?.kind === "struct" ? plan.fields.find((field) => field.name === name)?.plan : undefined;
  if (plan?.kind !== "column") return undefined;
  const chunk = group.chunks[plan.column.column] as Chunk;
  const min = boundOf(chunk, chunk.min, plan.convert, "min");
  const max = boundOf(chunk, chunk.max, plan.convert, "max");
  const { nullCount } = chunk;
  return {
    ...(min === undefined || Number.isNaN(max) ? {} : { min }),
    ...(max === undefined || Number.isNaN(min) ? {} : { max }),
    ...(nullCount === undefined ? {} : { nullCount }),
  };
}

/** A bound as a value; undefined if it cannot be used: a text that is cut within a character is no upper bound. */
function boundOf({ node }: Chunk, bytes: Uint8Array | undefined, convert: Convert, side: "min" | "max"): unknown {
  if (bytes === undefined || node.type === "INT96") return undefined;
  try {
    return convert(rawBound(node, bytes))[0];
  } catch {
    return side === "min" && node.type === "BYTE_ARRAY" && bytes.length > 0
      ? boundOf({ node } as Chunk, bytes.subarray(0, -1), convert, side)
      : undefined;
  }
}

/** Bounds are stored as plain values, those of bytes without their length. */
function rawBound(node: SchemaNode, bytes: Uint8Array): Raw {
  if (node.type !== "BYTE_ARRAY") return decodeValues(node, encodings.plain, bytes, 1);
  return { bytes, starts: Int32Array.of(0), ends: Int32Array.of(bytes.length) };
}
