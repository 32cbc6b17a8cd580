/** Steps that other processes of a schedule make. */
import type { Executor, StepOutcome, StepRequest } from "edgewater";
import { remote } from "../../../src/executors/remote.ts";
import { type Input, open } from "./pipeline.ts";
import type { Process, World } from "./world.ts";

/**
 * An executor that sends each step to a process of its own, some to two at once, and again as a later attempt when that process was
 * killed. The schedule decides when the processes start and go on.
 */
export function workersOf(world: World, sender: Process, input: Input, random: () => number): Executor {
  let workers = 0;
  const deliver = (request: StepRequest, signal: AbortSignal): Promise<StepOutcome | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<StepOutcome | undefined>();
    const worker = world.process(`${sender.name}.W${++workers}`, async (own, self) => {
      const { repository } = await open(own, self, input);
      return repository.runStep(JSON.parse(JSON.stringify(request)), { signal, leaseMs: 1e9 });
    });
    worker.sender = sender;
    worker.runId = request.runId;
    worker.onEnd = () => {
      const { outcome } = worker;
      if (outcome !== undefined && "error" in outcome) reject(outcome.error);
      else resolve(outcome?.value as StepOutcome | undefined);
    };
    return promise;
  };
  return remote(
    "workers",
    async (request, { signal }) => {
      sender.sent++;
      try {
        for (let attempt = request.attempt; ; attempt++) {
          const sent = { ...request, attempt };
          const deliveries = [deliver(sent, signal), ...(random() < 0.2 ? [deliver(sent, signal)] : [])];
          const [first, second] = await Promise.allSettled(deliveries);
          // Either answer may be the one that arrives; an error counts when there is no other.
          const answers = [first, second].flatMap((each) => (each?.status === "fulfilled" && each.value ? [each.value] : []));
          const answer =
            answers.find(({ status }) => status === "ended") ?? (answers.length === deliveries.length ? answers[0] : undefined);
          if (answer !== undefined) return answer;
          if (first?.status === "rejected") throw first.reason;
          if (second?.status === "rejected") throw second.reason;
        }
      } finally {
        sender.sent--;
      }
    },
    { reach: "machine", maxConcurrency: 2 },
  );
}
