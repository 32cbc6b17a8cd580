/** What the Workflow and the consumer of the Queue of the test's Worker do: what a test of the same isolate tells them. */
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import type { QueueBatch } from "edgewater/cloudflare";

type Job = (step: WorkflowStep, runId: string) => Promise<unknown>;

/** What the instances of the Workflow do, by their ids. */
export const jobs = new Map<string, Job>();

/** A Workflow whose instances do their jobs. */
export class TestRun extends WorkflowEntrypoint {
  async run({ instanceId }: WorkflowEvent, step: WorkflowStep): Promise<unknown> {
    const job = jobs.get(instanceId);
    if (job === undefined) throw new Error(`There is no job for the instance ${instanceId}`);
    return job(step, instanceId);
  }
}

/** Consumes the batches of the Queue. */
export const consumer: { consume: (batch: QueueBatch) => Promise<unknown> } = {
  consume: async () => {
    throw new Error("Nothing consumes the messages");
  },
};
