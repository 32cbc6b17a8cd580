import type { PartitionKey } from "../asset/partition-key.ts";
import { PartitionMap } from "../asset/partition-map.ts";
import type { Request } from "./load.ts";

/** A map of partitions that loads each when it is asked for. */
export function loadPartitions(
  keys: readonly PartitionKey[],
  request: (key: PartitionKey) => Request,
  missing: "throw" | "skip",
  load: (request: Request) => Promise<unknown>,
): PartitionMap<unknown> {
  return new PartitionMap(keys, (key) => load(request(key)), { missing });
}
