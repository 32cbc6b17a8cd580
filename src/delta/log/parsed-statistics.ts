import type { DeltaType } from "../schema/types.ts";
import { formatDecimal } from "../values/decimal.ts";
import { formatDate, formatTimestamp } from "../values/temporal.ts";
import { JsonNumber, printJson } from "./json.ts";

/**
 * Prints the statistics of a file as JSON, as commits have them, from the columns of a checkpoint.
 *
 * @param parsed the value of `stats_parsed`
 * @param type its type, as the checkpoint has it
 */
export function printParsedStatistics(parsed: unknown, type: DeltaType): string {
  return printJson(statisticOf(parsed, type));
}

function statisticOf(value: unknown, type: DeltaType): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof type === "object") {
    if (type.type === "decimal") return new JsonNumber(formatDecimal({ unscaled: value as bigint, scale: type.scale }));
    if (type.type !== "struct") return undefined;
    const fields = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(type.fields.map((field) => [field.name, statisticOf(fields[field.name], field.type)]));
  }
  if (type === "date") return formatDate(value as number);
  if (type === "timestamp") return `${formatTimestamp(value as bigint)}Z`;
  if (type === "timestamp_ntz") return formatTimestamp(value as bigint);
  // JSON has no such numbers, and text of bytes is no statistic.
  if (type === "binary" || (typeof value === "number" && !Number.isFinite(value))) return undefined;
  return value;
}
