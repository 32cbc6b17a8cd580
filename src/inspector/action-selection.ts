/** What an action that makes assets selects: their names, and the partitions of each. */
import { hasFailedLast } from "../repository/selection.ts";
import { type Node, selectedNodes } from "../run/graph.ts";
import { type ExactSelection, membersOf } from "../run/plan.ts";
import type { Action } from "./inspection.ts";
import { latestIn, type NodeRecords, type Records, stalenessIn } from "./records.ts";
import type { Subject } from "./subject.ts";

/** The actions that make assets. */
export type Making = Extract<Action, { readonly type: "materialize" | "backfill" }>;

/** What is to be made. With partitions and without `partitions`, all partitions. */
export interface Chosen {
  readonly selection: ExactSelection & { readonly selection: readonly string[] };
  /** How many assets and partitions are selected, each partition counted as one. */
  readonly count: number;
}

/** @throws `GraphError` for an unknown name, `PartitionError` for a key that an asset does not have */
export function choose(subject: Subject, records: Records, { selection, partitions, includeUpstream, only }: Making): Chosen {
  const nodes = new Map<string, Node>();
  for (const name of selection) for (const node of selectedNodes(subject.graph, name)) nodes.set(node.definition.name, node);
  const names: string[] = [];
  const partitionsOf: Record<string, readonly string[]> = {};
  let count = 0;
  for (const [name, { definition }] of nodes) {
    const own = records.byName.get(name) as NodeRecords;
    const isWanted = (partition: string | undefined): boolean => only === undefined || isIn(own, partition, only);
    if (definition.partitions === undefined) {
      if (!isWanted(undefined)) continue;
      count++;
    } else {
      const given = partitions?.flatMap((key) =>
        membersOf(definition.partitions as NonNullable<typeof definition.partitions>, key, records.loadingContext, name).map(String),
      );
      const keys = (given ?? subject.partitions.of(definition.partitions, records.loadingContext).names).filter(isWanted);
      if (keys.length === 0) continue;
      partitionsOf[name] = keys;
      count += keys.length;
    }
    names.push(name);
  }
  return { selection: { selection: names, partitionsOf, ...(includeUpstream && { includeUpstream }) }, count };
}

function isIn(own: NodeRecords, partition: string | undefined, state: NonNullable<Making["only"]>): boolean {
  if (state === "failed") return hasFailedLast(latestIn(own, partition));
  const status = stalenessIn(own, partition)?.status ?? "Missing";
  return status === (state === "missing" ? "Missing" : "Stale");
}
