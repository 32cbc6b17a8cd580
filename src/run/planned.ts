/** Plans as they are kept with their runs, and made again from there. */
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { PlannedRecord } from "../storage/planned.ts";
import { dynamicNamesOf, type Graph } from "./graph.ts";
import { type Plan, withOrder } from "./plan.ts";
import { stepOf } from "./protocol.ts";

/** What to keep of a plan, so that workers resolve partitions as it did, and with its steps so that it can be made again. */
export function plannedRecord(plan: Plan, { now, dynamicKeys }: PartitionLoadingContext, graph: Graph, withSteps: boolean): PlannedRecord {
  const keys = [...dynamicNamesOf(graph)].map((name) => [name, dynamicKeys(name)] as const);
  const steps = plan.map(({ computation, outputs, keys }) => ({
    computation: computation.name,
    outputs: outputs.map(({ name }) => name),
    ...(keys && { partitionKeys: keys.map(String) }),
  }));
  return { plannedAt: new Date(now).getTime(), dynamicKeys: Object.fromEntries(keys), ...(withSteps && { steps }) };
}

/** What partitions depended on when a run was planned. */
export function contextOfPlanned({ plannedAt, dynamicKeys }: PlannedRecord): PartitionLoadingContext {
  return { now: new Date(plannedAt), dynamicKeys: (name) => dynamicKeys[name] ?? [] };
}

/**
 * The plan of a run as it was when the run began, whatever has changed since.
 *
 * @throws `GraphError` when the graph lacks one of its assets
 */
export function planOfRecord(record: PlannedRecord, graph: Graph): Plan {
  const context = contextOfPlanned(record);
  const steps = (record.steps ?? []).map((step) => stepOf({ ...step, step: step.computation }, graph, context));
  return withOrder(steps.map((step) => ({ ...step, after: [] })));
}
