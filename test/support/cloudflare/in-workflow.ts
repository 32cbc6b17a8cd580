import type { Workflow, WorkflowInstance, WorkflowStep } from "cloudflare:workers";
import type { MaterializeOptions, Repository, RunResult } from "edgewater";
import { type CloudflareWorkflowOptions, cloudflareWorkflow } from "edgewater/cloudflare";
import { jobs } from "./engines.ts";

/** Retries without delay: what is lost is tried again at once. */
export const fast: CloudflareWorkflowOptions = { retries: { limit: 3, delay: 1 } };

/** Waits in the Worker. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Makes a run as a Workflow; one whose instance has ended begins again, without its journal. */
export async function inWorkflow(
  runs: Workflow,
  repository: Repository,
  { runId = crypto.randomUUID(), ...options }: MaterializeOptions,
  executorOptions: CloudflareWorkflowOptions = fast,
): Promise<RunResult> {
  let made: Settled<RunResult> | undefined;
  jobs.set(runId, async (step: WorkflowStep) => {
    made = await settled(repository.materialize({ executor: cloudflareWorkflow(step, executorOptions), ...options, runId }));
    return valueIn(made).success;
  });
  await began(runs, runId);
  while (made === undefined) await pause(10);
  return valueIn(made);
}

type Settled<Value> = { readonly value: Value } | { readonly error: unknown };

/**
 * Waits for a promise. A Workflow and a test are different requests: what one of them settles must not continue the other, so that a
 * timer of its own looks.
 */
async function settled<Value>(promise: Promise<Value>): Promise<Settled<Value>> {
  let end: Settled<Value> | undefined;
  promise.then(
    (value) => {
      end = { value };
    },
    (error: unknown) => {
      end = { error };
    },
  );
  while (end === undefined) await pause(5);
  return end;
}

function valueIn<Value>(end: Settled<Value>): Value {
  if ("error" in end) throw end.error;
  return end.value;
}

/** Begins an instance, or restarts the one with this id. */
export async function began(runs: Workflow, id: string): Promise<WorkflowInstance> {
  try {
    return await runs.create({ id });
  } catch {
    const instance = await runs.get(id);
    await instance.restart();
    return instance;
  }
}

/** Waits until an instance has a status. */
export async function untilStatus(instance: WorkflowInstance, ...wanted: readonly string[]): Promise<string> {
  while (true) {
    const { status } = await instance.status();
    if (wanted.includes(status)) return status;
    await pause(10);
  }
}
