/** Which value a request names. */
import type { Asset, Repository } from "edgewater";
import * as v from "valibot";
import { computed, uploaded } from "./pipeline.ts";
import { Refusal } from "./refusal.ts";

/** An asset, and the partition of it if it has some. */
export interface Target {
  readonly name: string;
  readonly partitionKey?: string;
}

const aTarget = v.object({
  name: v.picklist([...uploaded, ...computed]),
  partition: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
});

/** @throws a refusal of an unknown asset, and of an invalid partition */
export function targetOf({ pathname, searchParams }: URL): Target {
  const name = decoded(pathname.split("/")[2] ?? "");
  const parsed = v.safeParse(aTarget, { name, partition: searchParams.get("partition") ?? undefined });
  if (!parsed.success) {
    if (v.getDotPath(parsed.issues[0]) === "name")
      throw new Refusal(404, `Unknown asset; there are ${[...uploaded, ...computed].join(", ")}`);
    throw new Refusal(400, "Invalid partition: expected 1 to 256 characters");
  }
  const { partition } = parsed.output;
  return { name: parsed.output.name, ...(partition !== undefined && { partitionKey: partition }) };
}

/**
 * The asset of a target.
 *
 * @throws a refusal when its partition is missing, and when it has none
 */
export function assetOf({ name, partitionKey }: Target, repository: Repository): Asset {
  const asset = repository.nodes.find((each) => each.name === name) as Asset;
  const hasPartitions = asset.partitions !== undefined;
  if (hasPartitions && partitionKey === undefined) throw new Refusal(400, `${name} has partitions; name one with ?partition=`);
  if (!hasPartitions && partitionKey !== undefined) throw new Refusal(400, `${name} has no partitions; leave ?partition= out`);
  return asset;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}
