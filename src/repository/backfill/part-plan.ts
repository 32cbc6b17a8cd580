import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { partitionKeyOf } from "../../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../../partition/partitions-definition.ts";
import { type Graph, nodeOf } from "../../run/graph.ts";
import { labelOf, type NamedOutput, outputId, type Plan, planOfOutputs, type Step } from "../../run/plan.ts";
import type { BackfillPart } from "../../storage/backfill-record.ts";

/** What one run of a backfill makes, and what of it cannot be made any more. */
export interface PartPlan {
  readonly plan: Plan;
  /** Why some steps of the plan cannot be made, by the ids of their outputs. */
  readonly impossible: ReadonlyMap<string, string>;
}

/**
 * The steps of one run of a backfill. Partitions may have been removed since it began: their steps are in the plan, so that they are
 * recorded as skipped and the rest is made.
 *
 * @throws `GraphError` for an unknown asset: another process may know it
 */
export function planOfPart(graph: Graph, { outputs }: BackfillPart, loadingContext: PartitionLoadingContext): PartPlan {
  const all = outputs.map(([name, keys]): NamedOutput => [name, keys ?? undefined]);
  if (all.every((output) => hasSameForm(graph, output))) {
    try {
      return { plan: planOfOutputs(graph, all, loadingContext), impossible: new Map() };
    } catch (error) {
      if (!isEdgewaterError(error, "PartitionError")) throw error;
    }
  }
  const possible: NamedOutput[] = [];
  const skipped: Step[] = [];
  const impossible = new Map<string, string>();
  for (const [name, keys] of all) {
    const kept: string[] = [];
    for (const key of (keys as readonly string[] | undefined) ?? [undefined]) {
      const reason = problemOf(graph, [name, key === undefined ? undefined : [key]], loadingContext);
      if (reason === undefined && key === undefined) possible.push([name, undefined]);
      else if (reason === undefined) kept.push(key as string);
      else {
        skipped.push(stepOf(graph, name, key));
        impossible.set(outputId(name, key), reason);
      }
    }
    if (kept.length > 0) possible.push([name, kept]);
  }
  return { plan: [...skipped, ...planOfOutputs(graph, possible, loadingContext)], impossible };
}

/** Whether an asset has partitions, or none, as it had when the backfill began. */
function hasSameForm(graph: Graph, [name, keys]: NamedOutput): boolean {
  return (nodeOf(graph, name).definition.partitions === undefined) === (keys === undefined);
}

/** Why an output cannot be made any more; undefined when it can. */
function problemOf(graph: Graph, output: NamedOutput, loadingContext: PartitionLoadingContext): string | undefined {
  if (!hasSameForm(graph, output))
    return `${JSON.stringify(output[0])} ${output[1] === undefined ? "has partitions now" : "has no partitions any more"}`;
  try {
    planOfOutputs(graph, [output], loadingContext);
    return undefined;
  } catch (error) {
    if (error instanceof EdgewaterError && error.code === "PartitionError") return error.message;
    throw error;
  }
}

/** A step that is only skipped. */
function stepOf(graph: Graph, name: string, key: string | undefined): Step {
  const { definition, computation } = nodeOf(graph, name);
  const keys = key === undefined ? undefined : [partitionKeyOf(key)];
  return { label: labelOf(name, keys), computation, keys, outputs: [definition], loads: [], after: [] };
}
