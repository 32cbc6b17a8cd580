/**
 * `npm run example:workflows`: runs the pipeline as a Cloudflare Workflow, or through a Queue, with values in R2 and records in D1.
 *
 * - `POST /workflow?id=<any text>` begins a run as a Workflow, once for each text; `GET /workflow?id=<the same>` tells its status
 * - `POST /queue` runs the pipeline through the Queue, and returns the data versions
 * - `GET /assets/<name>` returns the value of one asset as JSON
 */
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { isEdgewaterError, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { cloudflareQueue, cloudflareWorkflow, consumeSteps, type QueueBatch, type QueueBinding, workflowId } from "edgewater/cloudflare";
import { type D1Binding, d1 } from "edgewater/d1";
import { type R2BucketBinding, R2Store } from "edgewater/r2";
import { assets, tasks } from "../../earthquakes/pipeline.ts";
import { dataVersions } from "../../earthquakes/versions.ts";

interface Env {
  readonly ASSETS: R2BucketBinding;
  readonly RECORDS: D1Binding;
  readonly RUNS: import("cloudflare:workers").Workflow;
  readonly STEPS: QueueBinding;
}

/** Opens the same repository wherever it is needed: in the Workflow, the consumer and the handler of requests. */
async function open({ ASSETS, RECORDS }: Env): Promise<Repository> {
  const ioHandler = new SuperJsonIOHandler({ store: new R2Store(ASSETS), prefix: "earthquakes" });
  return Repository.open({ assets, tasks, ioHandler, storage: Storage.connect(d1(RECORDS)) });
}

/** One run of the pipeline. Its instance has the id of the run. */
export class Earthquakes extends WorkflowEntrypoint<Env> {
  override async run({ instanceId }: WorkflowEvent, step: WorkflowStep): Promise<unknown> {
    await using repository = await open(this.env);
    const executor = cloudflareWorkflow(step);
    const { success, runId } = await repository.materialize({ runId: instanceId, executor, raiseOnError: false });
    return { success, runId, dataVersions: success ? await dataVersions(repository) : undefined };
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const [, route, name] = url.pathname.split("/");
    try {
      if (route === "workflow") {
        const id = await workflowId(url.searchParams.get("id") ?? "first");
        if (request.method === "POST") await env.RUNS.create({ id });
        const { status, output, error } = await (await env.RUNS.get(id)).status();
        return Response.json({ id, status, output, error });
      }
      await using repository = await open(env);
      if (request.method === "POST" && route === "queue") {
        const { runId } = await repository.materialize({ executor: cloudflareQueue(env.STEPS), signal: request.signal });
        return Response.json({ runId, dataVersions: await dataVersions(repository) });
      }
      if (request.method === "GET" && route === "assets" && name) {
        const value = await repository.load(decodeURIComponent(name), { signal: request.signal });
        return Response.json(value instanceof Map ? Object.fromEntries(value) : value);
      }
      return new Response("POST /workflow, GET /workflow, POST /queue or GET /assets/<name>\n", { status: 404 });
    } catch (error) {
      if (isEdgewaterError(error, "NotFound", "GraphError")) return new Response(`${error.message}\n`, { status: 404 });
      if (error instanceof Error && error.message.includes("instance.")) return new Response(`${error.message}\n`, { status: 409 });
      throw error;
    }
  },
  async queue(batch: QueueBatch, env: Env): Promise<void> {
    await using repository = await open(env);
    await consumeSteps(batch, repository);
  },
};
