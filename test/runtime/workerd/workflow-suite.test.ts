/** The obligations of an executor, over the real Workflow of workerd. */
import { env } from "cloudflare:workers";
import { Storage } from "edgewater";
import { cloudflareWorkflow } from "edgewater/cloudflare";
import { d1 } from "edgewater/d1";
import { R2Store } from "edgewater/r2";
import { type ExecutorStage, executorCases } from "edgewater/testing";
import { withPrefix } from "edgewater/with";
import { it } from "vitest";
import { inWorkflow } from "../../support/cloudflare/in-workflow.ts";

const store = withPrefix(new R2Store(env.ASSETS), "workflow-suite");
// The Workflow of each run has its own step; this one is for what is refused before a run begins.
const executor = cloudflareWorkflow({ do: () => Promise.reject(new Error("There is no Workflow")) });
const materialize: ExecutorStage["materialize"] = (repository, options) => inWorkflow(env.RUNS, repository, options);

it.each(executorCases("engine"))("$name", async ({ run }) => {
  await using storage = await Storage.connect(d1(env.RUN_RECORDS));
  await run({ storage, store, executor, materialize });
});
