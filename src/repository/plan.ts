import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { Graph } from "../run/graph.ts";
import { planOf, type Selection, type Step } from "../run/plan.ts";
import type { Staleness, StalenessCause, Storage } from "../storage/types.ts";

/** One step that `materialize` would run with the same options. */
export interface PlannedStep {
  /** The display name of the step, as in progress events. */
  readonly step: string;
  /** Names of the assets and tasks that it would make. */
  readonly assets: readonly string[];
  /** The display forms of the partitions that it would make; undefined without partitions. */
  readonly partitionKeys: readonly string[] | undefined;
  /**
   * Why it would run. `missing`: something of it was never made. `stale`: its code or an input has changed. `requested`: only
   * because it is selected, or because what is selected takes it.
   */
  readonly why: "missing" | "stale" | "requested";
  /** What has changed, for a stale step. */
  readonly causes: readonly StalenessCause[];
}

/** The steps that a selection would run, each after those that it waits for, and why each would run. */
export async function planned(
  graph: Graph,
  loadingContext: PartitionLoadingContext,
  storage: Storage,
  selection: Selection,
): Promise<readonly PlannedStep[]> {
  const plan = planOf(graph, selection, loadingContext);
  const assets = [...new Set(plan.flatMap(({ outputs }) => outputs.map(({ name }) => name)))];
  const stalenesses = await storage.computeStaleness({ assets, partitions: plan.some(({ keys }) => keys !== undefined) });
  const known = new Map(stalenesses.map((staleness) => [idOf(staleness.asset, staleness.partition), staleness]));
  return plan.map((step) => plannedStep(step, known));
}

function plannedStep({ label, outputs, keys }: Step, known: ReadonlyMap<string, Staleness>): PlannedStep {
  const made = outputs.filter(({ kind }) => kind === "asset");
  const partitions = keys?.map(String);
  const states = made.flatMap(({ name }) => (partitions ?? [undefined]).map((partition) => known.get(idOf(name, partition))));
  const isMissing = states.some((state) => state === undefined || state.status === "Missing");
  const causes = new Map(states.flatMap((state) => state?.causes.map((cause) => [JSON.stringify(cause), cause] as const) ?? []));
  return {
    step: label,
    assets: outputs.map(({ name }) => name),
    partitionKeys: partitions,
    why: isMissing ? "missing" : causes.size > 0 ? "stale" : "requested",
    causes: [...causes.values()],
  };
}

function idOf(asset: string, partition: string | undefined): string {
  return JSON.stringify([asset, partition]);
}
