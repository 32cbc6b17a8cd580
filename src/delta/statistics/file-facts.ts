import type { AddFile } from "../log/actions.ts";
import { type JsonObject, type JsonValue, parseJson } from "../log/json.ts";
import { type ColumnMappingMode, physicalName } from "../schema/column-mapping.ts";
import type { StructField, StructType } from "../schema/types.ts";
import { parsePartitionValue } from "../values/partition.ts";
import { readBound } from "./bounds.ts";
import { constantFacts, pathOf, type RowFacts, statedFacts, type ValueFacts } from "./facts.ts";

/** What the facts of a file depend on besides its action. */
export interface FactsOfTable {
  readonly schema: StructType;
  /** Their logical names. */
  readonly partitionColumns: readonly string[];
  readonly mapping: ColumnMappingMode;
}

/**
 * What the log tells about the rows of a file: its partition values and its statistics. Statistics are parsed when they are first asked for,
 * and damaged ones count as none. Those of a file with a deletion vector are of all its rows, so they hold for the rows that are left.
 */
export function fileFacts(file: Pick<AddFile, "partitionValues" | "stats">, { schema, partitionColumns, mapping }: FactsOfTable): RowFacts {
  let statistics: Statistics | undefined;
  return {
    of: (column, fields) => {
      const field = schema.fields[column];
      if (field === undefined) return undefined;
      if (partitionColumns.includes(field.name)) {
        const name = physicalName(field, mapping);
        const text = Object.hasOwn(file.partitionValues, name) ? file.partitionValues[name] : undefined;
        return constantFacts(parsePartitionValue(text, field.type, field.name));
      }
      statistics ??= parseStatistics(file.stats);
      const path = pathOf(field, fields);
      return path && columnFacts(statistics, path, mapping);
    },
  };
}

/** The number of rows of a file, deleted ones included, if its statistics have it. */
export function rowCountOf({ stats }: Pick<AddFile, "stats">): number | undefined {
  return parseStatistics(stats).rowCount;
}

/** Statistics as JSON has them. */
interface Statistics {
  readonly rowCount: number | undefined;
  readonly minValues: JsonValue | undefined;
  readonly maxValues: JsonValue | undefined;
  readonly nullCount: JsonValue | undefined;
}

const noStatistics: Statistics = { rowCount: undefined, minValues: undefined, maxValues: undefined, nullCount: undefined };

function parseStatistics(text: string | undefined): Statistics {
  let parsed: JsonValue;
  try {
    parsed = text === undefined ? null : parseJson(text);
  } catch {
    return noStatistics;
  }
  return {
    rowCount: countOf(memberOf(parsed, "numRecords")),
    minValues: memberOf(parsed, "minValues"),
    maxValues: memberOf(parsed, "maxValues"),
    nullCount: memberOf(parsed, "nullCount"),
  };
}

function columnFacts({ rowCount, ...statistics }: Statistics, path: readonly StructField[], mapping: ColumnMappingMode): ValueFacts {
  const names = path.map((field) => physicalName(field, mapping));
  const { type } = path.at(-1) as StructField;
  const at = (values: JsonValue | undefined): JsonValue | undefined => names.reduce(memberOf, values);
  return statedFacts(type, {
    min: readBound(at(statistics.minValues), type, "min"),
    max: readBound(at(statistics.maxValues), type, "max"),
    nullCount: countOf(at(statistics.nullCount)),
    rowCount,
  });
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
}

function countOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
