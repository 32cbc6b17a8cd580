import type { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";

/** What of a context says where a value lies. */
export interface Placed {
  readonly assetName: string;
  readonly partition?: PartitionContext | undefined;
}

/**
 * Where a value lies in a store: `<prefix>/<asset>.<extension>`, and of a partition
 * `<prefix>/<asset>/<partition>/data.<extension>`, a single key as one segment and the dimensions of a multi key as
 * sorted `dim=value` segments. Every segment is percent-encoded, so that the mapping is injective and reversible and
 * nothing leaves the prefix.
 *
 * @throws `PartitionError` for a context of several partitions
 */
export function valueKey(prefix: string, { assetName, partition }: Placed, extension: string): string {
  const asset = encodeSegment(assetName);
  const path = partition === undefined ? `${asset}.${extension}` : `${asset}/${partitionPath(partition.key)}/data.${extension}`;
  return prefix === "" ? path : `${prefix}/${path}`;
}

/** The equals sign of a dimension stands for itself; one inside a key or a dimension's name is encoded. */
function partitionPath(key: PartitionKey): string {
  const segments = key.segments().map((parts) => parts.map(encodeSegment).join("="));
  return segments.join("/");
}

/** As RFC 3986 encodes a segment: letters, digits, `-`, `_`, `~` and dots that do not stand alone are left as they are. */
function encodeSegment(name: string): string {
  if (name === "." || name === "..") return name.replaceAll(".", "%2E");
  return encodeURIComponent(name).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
