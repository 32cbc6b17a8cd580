/** A run of many steps: one, those that take it, and one that takes them all. */
import type { Workflow } from "cloudflare:workers";
import { type Asset, asset, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { cloudflareQueue, cloudflareWorkflow, type QueueBinding } from "edgewater/cloudflare";
import { type D1Binding, type D1Statement, d1 } from "edgewater/d1";
import { type R2BucketBinding, R2Store } from "edgewater/r2";
import { jobs } from "../../support/cloudflare/engines.ts";
import { untilStatus } from "../../support/cloudflare/in-workflow.ts";

/** The bindings of the Worker. */
export interface CampaignBindings {
  readonly ASSETS: R2BucketBinding;
  readonly RUN_RECORDS: D1Binding;
  readonly RUNS: Workflow;
  readonly STEPS: QueueBinding;
}

/** What a run of many steps took. */
export interface ManyReport {
  readonly success: boolean;
  readonly milliseconds: number;
  /** Statements of D1, of all that took part. */
  readonly statements: number;
}

const mostSteps = 1000;
const first = asset({ name: "many.first" }, () => 1);
const middle = Array.from({ length: mostSteps - 2 }, (_, index) =>
  asset({ name: `many.${index}`, inputs: { first } }, ({ first }) => first + index),
);
const last = asset({ name: "many.last", inputs: Object.fromEntries(middle.map((each) => [each.name, each])) }, (values) =>
  Object.values(values).reduce<number>((sum, value) => sum + (value as number), 0),
);
const assets: readonly Asset[] = [first, ...middle, last];

let statements = 0;

/** A database that counts its statements. */
function counted(binding: D1Binding): D1Binding {
  const countedStatement = (statement: D1Statement): D1Statement => ({
    bind: (...parameters) => Object.assign(statement.bind(...parameters), {}),
    all: () => statement.all(),
  });
  return {
    prepare: (sql) => {
      statements++;
      return countedStatement(binding.prepare(sql));
    },
    batch: (batch) => binding.batch(batch),
  };
}

export async function openMany({ ASSETS, RUN_RECORDS }: CampaignBindings): Promise<Repository> {
  const store = new R2Store(ASSETS);
  return Repository.open({
    assets,
    ioHandler: new SuperJsonIOHandler({ store, prefix: "many" }),
    storage: Storage.connect(d1(counted(RUN_RECORDS))),
  });
}

/** Makes so many steps through an engine. */
export async function many(env: CampaignBindings, steps: number, through: string): Promise<ManyReport> {
  const selection = [first, ...middle.slice(0, steps - 2), ...(steps === mostSteps ? [last] : [])];
  await using repository = await openMany(env);
  statements = 0;
  const start = Date.now();
  let success = false;
  if (through === "queue") {
    ({ success } = await repository.materialize({ selection, executor: cloudflareQueue(env.STEPS) }));
  } else {
    const runId = crypto.randomUUID();
    jobs.set(runId, async (step) => {
      await using own = await openMany(env);
      return (await own.materialize({ selection, runId, executor: cloudflareWorkflow(step) })).success;
    });
    success = (await untilStatus(await env.RUNS.create({ id: runId }), "complete", "errored")) === "complete";
  }
  return { success, milliseconds: Date.now() - start, statements };
}
