import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { Graph } from "../run/graph.ts";
import { placeOf } from "../run/look.ts";
import { planOf, type Selection, type Step } from "../run/plan.ts";
import { outputsOf } from "../run/step-start.ts";
import type { LatestRecord, Staleness, StalenessCause, Storage } from "../storage/types.ts";
import { exactSelection, hasFailedLast } from "./selection.ts";

/** One step that `materialize` would run with the same options. */
export interface PlannedStep {
  /** The display name of the step, as in progress events. */
  readonly step: string;
  /** Names of the assets and tasks that it would make. */
  readonly assets: readonly string[];
  /** The display forms of the partitions that it would make; undefined without partitions. */
  readonly partitionKeys: readonly string[] | undefined;
  /**
   * Why it would run. `missing`: something of it was never made. `stale`: its code or an input has changed. `failed`: the last
   * attempt to make it failed. `requested`: only because it is selected, or because what is selected takes it.
   */
  readonly why: "missing" | "stale" | "failed" | "requested";
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
  const plan = planOf(graph, await exactSelection(graph, selection, loadingContext, storage), loadingContext);
  const assets = [...new Set(plan.flatMap(({ outputs }) => outputs.map(({ name }) => name)))];
  const [stalenesses, records] = await Promise.all([
    storage.computeStaleness({ assets, partitions: plan.some(({ keys }) => keys !== undefined) }),
    storage.getLatestRecords(plan.flatMap((step) => outputsOf(step).map(placeOf))),
  ]);
  const known: Known = {
    staleness: new Map(stalenesses.map((staleness) => [idOf(staleness.asset, staleness.partition), staleness])),
    latest: new Map(records.map((record) => [idOf(record.assetKey, record.partitionKey && String(record.partitionKey)), record])),
  };
  return plan.map((step) => plannedStep(step, known));
}

/** What is recorded of the outputs of a plan, by {@link idOf}. */
interface Known {
  readonly staleness: ReadonlyMap<string, Staleness>;
  readonly latest: ReadonlyMap<string, LatestRecord>;
}

function plannedStep({ label, outputs, keys }: Step, known: Known): PlannedStep {
  const partitions = keys?.map(String);
  const ids = outputs
    .filter(({ kind }) => kind === "asset")
    .flatMap(({ name }) => (partitions ?? [undefined]).map((partition) => idOf(name, partition)));
  const states = ids.map((id) => known.staleness.get(id));
  const hasFailed = ids.some((id) => hasFailedLast(known.latest.get(id)));
  const isMissing = states.some((state) => state === undefined || state.status === "Missing");
  const causes = new Map(states.flatMap((state) => state?.causes.map((cause) => [JSON.stringify(cause), cause] as const) ?? []));
  return {
    step: label,
    assets: outputs.map(({ name }) => name),
    partitionKeys: partitions,
    why: isMissing ? "missing" : causes.size > 0 ? "stale" : hasFailed ? "failed" : "requested",
    causes: [...causes.values()],
  };
}

function idOf(asset: string, partition: string | undefined): string {
  return JSON.stringify([asset, partition]);
}
