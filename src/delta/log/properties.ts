import { EdgewaterError } from "../../errors.ts";
import type { ColumnMappingMode } from "../schema/column-mapping.ts";
import type { Metadata } from "./actions.ts";

const day = 86_400_000;

/** Milliseconds of the units of an interval. A month has 30 days here: no property of a table may have one. */
const units: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day,
  week: 7 * day,
};

/** How long files that were removed can still be read at earlier versions, in milliseconds. */
export function deletedFileRetention(metadata: Metadata): number {
  return durationOf(metadata, "delta.deletedFileRetentionDuration") ?? 7 * day;
}

/** How long the commits before a checkpoint are kept, in milliseconds. */
export function logRetention(metadata: Metadata): number {
  return durationOf(metadata, "delta.logRetentionDuration") ?? 30 * day;
}

/** How long the last version of an application is kept, in milliseconds; undefined: for ever. */
export function txnRetention(metadata: Metadata): number | undefined {
  return durationOf(metadata, "delta.setTransactionRetentionDuration");
}

/**
 * How data files name the columns.
 *
 * @throws `NotSupported` for a mode that this library does not know
 */
export function mappingOf({ configuration }: Metadata): ColumnMappingMode {
  const mode = configuration["delta.columnMapping.mode"] ?? "none";
  if (mode === "none" || mode === "name" || mode === "id") return mode;
  throw new EdgewaterError(
    "NotSupported",
    `Cannot read a table whose columns are mapped by ${JSON.stringify(mode)}; only none, name and id are`,
  );
}

/** A property that is `true` or `false`. */
export function flagProperty({ configuration }: Metadata, name: string, missing: boolean): boolean {
  const text = configuration[name]?.toLowerCase();
  return text === undefined ? missing : text === "true";
}

/** Reads an interval such as `interval 7 days`. */
function durationOf({ configuration }: Metadata, name: string): number | undefined {
  const text = configuration[name];
  if (text === undefined) return undefined;
  const parts = text
    .trim()
    .toLowerCase()
    .replace(/^interval\s+/, "")
    .split(/\s+/);
  let duration = 0;
  for (let index = 0; index < parts.length; index += 2) {
    duration += Number(parts[index]) * (units[(parts[index + 1] ?? "").replace(/s$/, "")] ?? Number.NaN);
  }
  if (duration >= 0) return duration;
  const message = `Invalid property ${JSON.stringify(name)} of the table: ${JSON.stringify(text)}; expected an interval such as "interval 7 days"`;
  throw new EdgewaterError("SettingsError", message, { field: name });
}
