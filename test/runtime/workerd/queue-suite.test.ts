/** The obligations of an executor, over the real Queue of workerd and its consumer. */
import { env } from "cloudflare:workers";
import { Storage } from "edgewater";
import { cloudflareQueue, consumeSteps, type QueueBatch } from "edgewater/cloudflare";
import { d1 } from "edgewater/d1";
import { R2Store } from "edgewater/r2";
import { executorCases, openExecutorSuite } from "edgewater/testing";
import { withPrefix } from "edgewater/with";
import { it } from "vitest";
import { consumer } from "../../support/cloudflare/engines.ts";

const store = withPrefix(new R2Store(env.ASSETS), "queue-suite");

/** A consumer that can be killed: it throws, so that its whole batch is delivered again, and what it did never goes on. */
consumer.consume = async (batch: QueueBatch): Promise<void> => {
  const death = Promise.withResolvers<never>();
  const die = (): Promise<never> => {
    death.reject(new Error("The consumer was killed"));
    return new Promise(() => {});
  };
  const storage = await Storage.connect(d1(env.RUN_RECORDS));
  const worker = await openExecutorSuite({ storage, store, die });
  await Promise.race([consumeSteps(batch, worker, { retryDelaySeconds: 1 }), death.promise]);
};

it.each(executorCases("workers"))("$name", async ({ run }) => {
  await using storage = await Storage.connect(d1(env.RUN_RECORDS));
  await run({ storage, store, executor: cloudflareQueue(env.STEPS) });
});
