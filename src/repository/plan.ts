import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { StepDecision } from "../run/executor.ts";
import type { Graph } from "../run/graph.ts";
import { placeOf } from "../run/look.ts";
import { outputIds, type Plan, planOf, type Selection, type Step } from "../run/plan.ts";
import type { LoadEnvironment } from "../run/run-environment.ts";
import { Semaphore } from "../run/semaphore.ts";
import { outputsOf } from "../run/step-start.ts";
import { decide, maySkip } from "../run/unchanged.ts";
import type { LatestRecord, Staleness, StalenessCause } from "../storage/types.ts";
import { exactSelection, hasFailedLast } from "./selection.ts";

/** Options of `repository.plan`. */
export interface PlanOptions extends Selection {
  /** Whether steps would be skipped when nothing has changed; as each asset declares unless given. */
  readonly skipUnchanged?: boolean | undefined;
}

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
   * attempt to make it failed. `requested`: only because it is selected, or because what is selected takes it. `unchanged`: it
   * would be skipped, because of `skipUnchanged`.
   */
  readonly why: "missing" | "stale" | "failed" | "requested" | "unchanged";
  /** What has changed, for a stale step. */
  readonly causes: readonly StalenessCause[];
  /** Of a step with `skipUnchanged`: why it would be skipped or not, as a text; undefined for others. */
  readonly reason: string | undefined;
}

/** How many stores are asked at the same time. */
const concurrency = 16;

/** The steps that a selection would run, each after those that it waits for, and why each would run. */
export async function planned(
  graph: Graph,
  loadingContext: PartitionLoadingContext,
  environment: LoadEnvironment,
  { skipUnchanged, ...selection }: PlanOptions,
): Promise<readonly PlannedStep[]> {
  const { storage } = environment;
  const plan = planOf(graph, await exactSelection(graph, selection, loadingContext, storage), loadingContext);
  const assets = [...new Set(plan.flatMap(({ outputs }) => outputs.map(({ name }) => name)))];
  const [stalenesses, records, decisions] = await Promise.all([
    storage.computeStaleness({ assets, partitions: plan.some(({ keys }) => keys !== undefined) }),
    storage.getLatestRecords(plan.flatMap((step) => outputsOf(step).map(placeOf))),
    decisionsOf(plan, skipUnchanged, environment),
  ]);
  const known: Known = {
    staleness: new Map(stalenesses.map((staleness) => [idOf(staleness.asset, staleness.partition), staleness])),
    latest: new Map(records.map((record) => [idOf(record.assetKey, record.partitionKey && String(record.partitionKey)), record])),
  };
  return plan.map((step, index) => plannedStep(step, known, decisions[index]));
}

/** What is recorded of the outputs of a plan, by {@link idOf}. */
interface Known {
  readonly staleness: ReadonlyMap<string, Staleness>;
  readonly latest: ReadonlyMap<string, LatestRecord>;
}

function plannedStep(step: Step, known: Known, decision: StepDecision | undefined): PlannedStep {
  const { label, outputs, keys } = step;
  const partitions = keys?.map(String);
  const ids = outputs
    .filter(({ kind }) => kind === "asset")
    .flatMap(({ name }) => (partitions ?? [undefined]).map((partition) => idOf(name, partition)));
  const states = ids.map((id) => known.staleness.get(id));
  const isMissing = states.some((state) => state === undefined || state.status === "Missing");
  const hasFailed = ids.some((id) => hasFailedLast(known.latest.get(id)));
  const causes = new Map(states.flatMap((state) => state?.causes.map((cause) => [JSON.stringify(cause), cause] as const) ?? []));
  const whyRun = isMissing ? "missing" : causes.size > 0 ? "stale" : hasFailed ? "failed" : "requested";
  return {
    step: label,
    assets: outputs.map(({ name }) => name),
    partitionKeys: partitions,
    why: decision?.isSkipped ? "unchanged" : whyRun,
    causes: [...causes.values()],
    reason: decision?.reason,
  };
}

/** Whether each step would be skipped; undefined for one that runs in any case. What an earlier step makes may change an input. */
async function decisionsOf(
  plan: Plan,
  skipUnchanged: boolean | undefined,
  environment: LoadEnvironment,
): Promise<readonly (StepDecision | undefined)[]> {
  const semaphore = new Semaphore(concurrency);
  /** By the ids of outputs: the steps that make them, and whether they would be skipped. */
  const earlier = new Map<string, { readonly label: string; readonly decision: Promise<StepDecision | undefined> }>();
  const decisionOf = async (step: Step): Promise<StepDecision | undefined> => {
    if (!maySkip(step, skipUnchanged)) return undefined;
    for (const id of step.after) {
      const { label, decision } = earlier.get(id) ?? {};
      if (!(await decision)?.isSkipped) return { isSkipped: false, reason: `it is decided when ${label} has ended` };
    }
    return semaphore.run(() => decide(step, environment));
  };
  const decisions = plan.map((step) => {
    const decision = decisionOf(step);
    for (const id of outputIds(step)) earlier.set(id, { label: step.label, decision });
    return decision;
  });
  return Promise.all(decisions);
}

function idOf(asset: string, partition: string | undefined): string {
  return JSON.stringify([asset, partition]);
}
