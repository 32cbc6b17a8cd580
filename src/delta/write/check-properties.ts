import { EdgewaterError } from "../../errors.ts";
import { nearest } from "../../options.ts";

/** What a property accepts. */
interface PropertyKind {
  readonly expected: string;
  readonly pattern: RegExp;
}

const flag: PropertyKind = { expected: "true or false", pattern: /^(?:true|false)$/i };
const anyText: PropertyKind = { expected: "a text", pattern: /^/ };
const duration: PropertyKind = {
  expected: 'an interval such as "interval 7 days"',
  pattern: /^\s*(?:interval\s+)?(?:\d+\s+(?:millisecond|second|minute|hour|day|week)s?\s*)+$/i,
};
const size: PropertyKind = {
  expected: 'a number of bytes, such as "33554432" or "32mb"',
  pattern: /^\s*[1-9]\d{0,14}\s*(?:b|kb?|mb?|gb?)?\s*$/i,
};

/** The properties that a table may be created with. Those of features that are not written are refused with the features. */
const kinds: Readonly<Record<string, PropertyKind>> = {
  "delta.appendOnly": flag,
  "delta.autoOptimize.autoCompact": anyText,
  "delta.autoOptimize.optimizeWrite": flag,
  "delta.checkpoint.writeStatsAsJson": flag,
  "delta.checkpoint.writeStatsAsStruct": flag,
  "delta.checkpointInterval": { expected: "a whole number, 1 or more", pattern: /^[1-9]\d{0,8}$/ },
  "delta.checkpointPolicy": { expected: "classic or v2", pattern: /^(?:classic|v2)$/i },
  "delta.columnMapping.mode": { expected: "none, name or id", pattern: /^(?:none|name|id)$/ },
  "delta.dataSkippingNumIndexedCols": { expected: "a whole number, -1 or more", pattern: /^(?:-1|\d{1,9})$/ },
  "delta.dataSkippingStatsColumns": { expected: "names of columns, with commas between them", pattern: /\S/ },
  "delta.deletedFileRetentionDuration": duration,
  "delta.enableChangeDataFeed": flag,
  "delta.enableDeletionVectors": flag,
  "delta.enableExpiredLogCleanup": flag,
  "delta.enableIcebergCompatV1": flag,
  "delta.enableIcebergCompatV2": flag,
  "delta.enableInCommitTimestamps": flag,
  "delta.enableRowTracking": flag,
  "delta.enableTypeWidening": flag,
  "delta.isolationLevel": { expected: "Serializable or WriteSerializable", pattern: /^(?:Write)?Serializable$/i },
  "delta.logRetentionDuration": duration,
  "delta.parquet.compression.codec": { expected: "snappy, none or uncompressed", pattern: /^(?:snappy|none|uncompressed)$/i },
  "delta.setTransactionRetentionDuration": duration,
  "delta.targetFileSize": size,
  "delta.tuneFileSizesForRewrites": flag,
};

/** Names that only start like this are free: constraints and features. */
const freePrefixes = ["delta.constraints.", "delta.feature."];

/**
 * Checks the properties of a table that is to be created. Names that do not start with `delta.` are the caller's own.
 *
 * @throws `SettingsError` that names the property
 */
export function checkProperties(properties: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(properties)) {
    if (!name.startsWith("delta.") || freePrefixes.some((prefix) => name.startsWith(prefix) && name.length > prefix.length)) continue;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const near = nearest(name, Object.keys(kinds));
      const hint = near === undefined ? "own properties have names that do not start with delta." : `did you mean ${JSON.stringify(near)}?`;
      throw invalid(name, `Unknown property ${JSON.stringify(name)} of a table; ${hint}`);
    }
    if (!kind.pattern.test(value)) {
      throw invalid(name, `Invalid property ${JSON.stringify(name)} of a table: ${JSON.stringify(value)}; expected ${kind.expected}`);
    }
  }
}

function invalid(name: string, message: string): EdgewaterError<"SettingsError"> {
  return new EdgewaterError("SettingsError", message, { field: name });
}
