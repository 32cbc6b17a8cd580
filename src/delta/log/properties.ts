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

/** How many commits are between two checkpoints. */
export function checkpointInterval({ configuration }: Metadata): number {
  const text = configuration["delta.checkpointInterval"] ?? "";
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 10;
}

/** Bytes of the units of sizes. */
const sizeUnits: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 2 ** 10,
  kb: 2 ** 10,
  m: 2 ** 20,
  mb: 2 ** 20,
  g: 2 ** 30,
  gb: 2 ** 30,
};

/** How large data files are to be, in bytes; undefined if the table does not say. */
export function targetFileSize({ configuration }: Metadata): number | undefined {
  const match = /^(\d{1,15})\s*([a-z]*)$/i.exec(configuration["delta.targetFileSize"]?.trim() ?? "");
  const size = Number(match?.[1]) * (sizeUnits[match?.[2]?.toLowerCase() ?? ""] ?? Number.NaN);
  return size > 0 ? size : undefined;
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
