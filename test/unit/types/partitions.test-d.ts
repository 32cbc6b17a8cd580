/** Compiled by `npm run check`, never run: the types of partitions and mappings. */

import type { MetadataValue } from "../../../src/metadata/metadata-value.ts";
import type { ArityOf, Shaped } from "../../../src/partition/mapping/make-mapping.ts";
import { PartitionMapping } from "../../../src/partition/mapping/partition-mapping.ts";
import { multiPartitions } from "../../../src/partition/multi-partitions.ts";
import type { PartitionKey } from "../../../src/partition/partition-key.ts";
import { PartitionMap } from "../../../src/partition/partition-map.ts";
import type { PartitionsDefinition } from "../../../src/partition/partitions-definition.ts";
import { staticPartitions } from "../../../src/partition/static-partitions.ts";
import { dailyPartitions } from "../../../src/partition/time-partitions.ts";

type Equal<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
declare function same<Yes extends true>(): Yes;
declare function arity<M extends PartitionMapping>(mapping: M): ArityOf<M>;

const { identity, all, specific, forKeys, subset, timeWindow, multi, multiToSingle } = PartitionMapping;
const one = [identity(), PartitionMapping.static({}), timeWindow({ offset: -1 }), multi({}), multi({ a: ["b", identity()] })].map(arity);
const maybe = [subset(), forKeys(["a"]), multi({ a: subset(), b: identity() })].map(arity);
const many = [all(), specific(["a"]), timeWindow({ from: -1, to: 0 }), multi({ a: subset(), b: ["c", all()] })].map(arity);
same<Equal<(typeof one)[number], "one">>();
same<Equal<(typeof maybe)[number], "maybe">>();
same<Equal<(typeof many)[number], "many">>();

const either = arity(multiToSingle("a"));
const declared = arity(multiToSingle("a", { arity: "many" }));
same<Equal<typeof either, "one" | "many">>();
same<Equal<typeof declared, "many">>();

same<Equal<Shaped<number, "one">, number>>();
same<Equal<Shaped<number, "maybe">, number | undefined>>();
same<Equal<Shaped<number, "many">, PartitionMap<number>>>();
same<Equal<ArityOf<undefined>, "one">>();

const map = new PartitionMap([], async () => 1);
same<Equal<typeof map, PartitionMap<number>>>();
for await (const [key, value] of map) {
  same<Equal<typeof key, PartitionKey>>();
  same<Equal<typeof value, number>>();
}
const loaded = await map.toMap();
same<Equal<typeof loaded, Map<string, number>>>();

// @ts-expect-error dimensions do not nest
multiPartitions({ a: multiPartitions({ b: staticPartitions(["c"]) }) });
// @ts-expect-error a missing start
dailyPartitions({});
// @ts-expect-error a missing end of the range
timeWindow({ from: 1 });

/** Narrows by kind. */
export function dimensions(definition: PartitionsDefinition, key: PartitionKey, metadata: MetadataValue): readonly string[] {
  if (metadata.kind === "Sql") return [metadata.value, metadata.dialect ?? ""];
  if (metadata.kind === "DateRange") return [metadata.value.start];
  if (key.kind === "single") return key.values;
  return definition.kind === "multi" ? Object.keys(definition.dimensions) : Object.keys(key.dimensions);
}
