import { encodeSegment } from "../encoding/percent.ts";
import type { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";

/** The names that decide the key of a value. Both contexts of a handler have them. */
export interface ValueName {
  /** The name of the asset or task. */
  readonly assetName: string;
  /** The partition; undefined without partitions. */
  readonly partition?: PartitionContext | undefined;
}

/**
 * Returns the key of a value in a store: `<prefix>/<asset>.<extension>`, or for a partition
 * `<prefix>/<asset>/<partition>/data.<extension>`. A single key is one segment; the dimensions of a multi key are sorted
 * `dim=value` segments. Every segment is percent-encoded, so that different values have different keys, a key can be parsed
 * back, and no key leaves the prefix.
 *
 * @throws `PartitionError` when the context has several partitions
 */
export function valueKey(prefix: string, name: ValueName, extension: string): string {
  const folder = folderKey(prefix, name);
  return name.partition === undefined ? `${folder}.${extension}` : `${folder}/data.${extension}`;
}

/** Returns the key of the folder of an asset, `<prefix>/<asset>`, or of a partition, `<prefix>/<asset>/<partition>`. */
export function folderKey(prefix: string, { assetName, partition }: ValueName): string {
  const asset = encodeName(assetName);
  const path = partition === undefined ? asset : `${asset}/${partitionPath(partition.key)}`;
  return prefix === "" ? path : `${prefix}/${path}`;
}

/** An equals sign inside a value or the name of a dimension is encoded, so that the one between them is unambiguous. */
function partitionPath(key: PartitionKey): string {
  const segments = key.segments().map((parts) => parts.map(encodeName).join("="));
  return segments.join("/");
}

/** Percent-encoding leaves dots as they are, but `.` and `..` are not allowed as segments. */
function encodeName(name: string): string {
  return name === "." || name === ".." ? name.replaceAll(".", "%2E") : encodeSegment(name);
}
