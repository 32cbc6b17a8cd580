import type { Definition } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { Graph } from "../run/graph.ts";
import { idsOf, outputId, type Plan, planOf, type Selection, type Step } from "../run/plan.ts";
import type { RunEnvironment } from "../run/run.ts";
import type { RunRecord, Storage, StoredEvent } from "../storage/types.ts";
import { storedValue } from "./stored.ts";

/** A run that goes on: what it makes, and what of it is there. */
export interface Resumed {
  readonly plan: Plan;
  readonly environment: RunEnvironment;
}

/**
 * Prepares to go on with a run: finds what it has recorded, and takes in what it has written and could not record.
 * Undefined when there is nothing to go on with.
 *
 * @throws `NotFound` for an unknown run, `PreconditionFailed` when someone else goes on with it at the same time
 */
export async function resume(
  which: true | string,
  graph: Graph,
  asked: Selection,
  loadingContext: PartitionLoadingContext,
  environment: RunEnvironment,
): Promise<Resumed | undefined> {
  const { storage, signal } = environment;
  const run = await find(which, storage);
  if (run === undefined) return undefined;
  const { runId, startTime, tags, status } = run;
  const selection = Object.values(asked).some((value) => value !== undefined) ? asked : (run.selection ?? {});
  const plan = planOf(graph, selection, loadingContext);
  await storage.commit({ preconditions: [{ run: runId, is: status }], runs: [{ ...run, status: "Started", endTime: undefined }] });
  const own: RunEnvironment = { ...environment, runId, startTime, tags: { ...tags, ...environment.tags }, selection: run.selection };
  const events = await storage.getEventsForRun(runId, { types: ["Materialization", "Observation", "StepStart"] });
  const recorded = new Map<string, StoredEvent>();
  const started = new Set<string>();
  for (const event of events) {
    const id = outputId(event.assetKey, event.partitionKey);
    if (event.dataVersion === undefined) started.add(id);
    else recorded.set(id, event);
  }
  for (const step of plan) {
    if (signal.aborted || !started.has(outputId(step.computation.name, step.keys?.length === 1 ? step.keys[0] : undefined))) continue;
    for (const [id, event] of await adopt(step, recorded, own)) recorded.set(id, event);
  }
  return { plan, environment: { ...own, recorded } };
}

async function find(which: true | string, storage: Storage): Promise<RunRecord | undefined> {
  if (which === true) {
    const [last] = await storage.getRuns({ limit: 1 });
    return last?.status === "Success" ? undefined : last;
  }
  const run = await storage.getRun(which);
  if (run === undefined)
    throw new EdgewaterError("NotFound", `${storage.name} has no run ${which} to go on with`, { store: storage.name, key: which });
  return run;
}

/** Records what a step has written and not recorded: objects that say that they are this run's, and what they hold. */
async function adopt(
  step: Step,
  recorded: ReadonlyMap<string, StoredEvent>,
  environment: RunEnvironment,
): Promise<[string, StoredEvent][]> {
  const adopted: [string, StoredEvent][] = [];
  for (const definition of step.outputs) {
    for (const key of step.keys ?? [undefined]) {
      const [id = ""] = idsOf({ outputs: [definition], keys: key && [key] });
      const event = recorded.has(id) || definition.kind === "external" ? undefined : await adoptOne(definition, key, environment);
      if (event !== undefined) adopted.push([id, event]);
    }
  }
  return adopted;
}

async function adoptOne(
  definition: Definition,
  key: PartitionKey | undefined,
  environment: RunEnvironment,
): Promise<StoredEvent | undefined> {
  const { runId, storage } = environment;
  const stored = await storedValue(definition, key, environment);
  if (stored === undefined || stored.runId !== runId || stored.dataVersion === undefined) return undefined;
  const { MetadataValue } = await import("../metadata/metadata-value.ts");
  const [event] = await storage.commit({
    events: [
      {
        eventType: "Materialization",
        assetKey: definition.name,
        partitionKey: key,
        runId,
        timestamp: Date.now(),
        dataVersion: stored.dataVersion,
        codeVersion: definition.codeVersion,
        inputDataVersions: {},
        metadata: { path: MetadataValue.text(stored.path), size_bytes: MetadataValue.int(stored.size), adopted: MetadataValue.bool(true) },
      },
    ],
  });
  return event;
}
