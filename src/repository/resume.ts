import type { Definition } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import { MetadataValue } from "../metadata/metadata-value.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { Graph } from "../run/graph.ts";
import { outputId, type Plan, planOf, type Selection, type Step } from "../run/plan.ts";
import { eventsByOutput } from "../run/run.ts";
import type { RunEnvironment } from "../run/run-environment.ts";
import type { RunRecord, Storage, StoredEvent } from "../storage/types.ts";
import { storedValue } from "./stored-value.ts";

/** A run that is resumed. */
export interface Resumed {
  readonly plan: Plan;
  readonly environment: RunEnvironment;
}

/**
 * Prepares to resume a run: reads what it has recorded, and records what it has written and could not record. Undefined when
 * there is no run to resume.
 *
 * @throws `NotFound` for an unknown run, `PreconditionFailed` when something else resumes it at the same time
 */
export async function resume(
  runIdOrLast: true | string,
  graph: Graph,
  given: Selection,
  loadingContext: PartitionLoadingContext,
  environment: RunEnvironment,
): Promise<Resumed | undefined> {
  const { storage, signal } = environment;
  const run = await findRun(runIdOrLast, storage);
  if (run === undefined) return undefined;
  const { runId, startTime, tags, status } = run;
  const selection = Object.values(given).some((value) => value !== undefined) ? given : (run.selection ?? {});
  const plan = planOf(graph, selection, loadingContext);
  await storage.commit({ preconditions: [{ run: runId, is: status }], runs: [{ ...run, status: "Started", endTime: undefined }] });
  const own: RunEnvironment = { ...environment, runId, startTime, tags: { ...tags, ...environment.tags }, selection: run.selection };
  const recorded: StoredEvent[] = [];
  const started = new Set<string>();
  for (const event of await storage.getEventsForRun(runId, { types: ["Materialization", "Observation", "StepStart"] })) {
    if (event.dataVersion !== undefined) recorded.push(event);
    else if (event.assetKey !== undefined) started.add(outputId(event.assetKey, event.partitionKey));
  }
  const outputs = eventsByOutput(recorded);
  for (const step of plan) {
    if (signal.aborted || !started.has(outputId(step.computation.name, step.keys?.length === 1 ? step.keys[0] : undefined))) continue;
    for (const event of await adopt(step, outputs, own)) recorded.push(event);
  }
  return { plan, environment: { ...own, recorded } };
}

async function findRun(runIdOrLast: true | string, storage: Storage): Promise<RunRecord | undefined> {
  if (runIdOrLast === true) {
    const [last] = await storage.getRuns({ limit: 1 });
    return last?.status === "Success" ? undefined : last;
  }
  const run = await storage.getRun(runIdOrLast);
  if (run === undefined) {
    const message = `Cannot resume the run ${JSON.stringify(runIdOrLast)}: ${storage.name} has no such run`;
    throw new EdgewaterError("NotFound", message, { store: storage.name, key: runIdOrLast });
  }
  return run;
}

/** Records the outputs that a step has written and not recorded: stored values that name this run. */
async function adopt(step: Step, recorded: ReadonlyMap<string, StoredEvent>, environment: RunEnvironment): Promise<readonly StoredEvent[]> {
  const adopted: StoredEvent[] = [];
  for (const definition of step.outputs) {
    for (const key of step.keys ?? [undefined]) {
      if (recorded.has(outputId(definition.name, key)) || definition.kind === "external") continue;
      const event = await adoptOne(definition, key, environment);
      if (event !== undefined) adopted.push(event);
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
