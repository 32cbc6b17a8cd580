/**
 * A Worker that persists assets: values in R2, records in D1, long runs as Workflows. The README has its requests and their limits.
 */
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { cloudflareWorkflow } from "edgewater/cloudflare";
import { inspector } from "edgewater/inspector";
import * as v from "valibot";
import { accessOf, demand, withPasswordAsToken } from "./access.ts";
import { download } from "./download.ts";
import { type Env, openRepository } from "./env.ts";
import { Refusal, refusalAnswer } from "./refusal.ts";
import { materialize, type RunRequest, runRequest, selectionOf, status } from "./runs.ts";
import { upload } from "./upload.ts";

export default {
  async fetch(request, env): Promise<Response> {
    try {
      return await route(request, env);
    } catch (error) {
      return refusalAnswer(error);
    }
  },

  /** Evaluates the conditions of the assets, and makes what they ask for. */
  async scheduled(_, env): Promise<void> {
    await using repository = await openRepository(env);
    await repository.automate();
  },
} satisfies ExportedHandler<Env>;

/** A run that survives restarts and failures of this Worker. Its instance has the id of the run. */
export class Run extends WorkflowEntrypoint<Env> {
  override async run({ instanceId, payload }: WorkflowEvent<RunRequest>, step: WorkflowStep) {
    await using repository = await openRepository(this.env);
    const { success, materializedAssets } = await repository.materialize({
      ...(await selectionOf(repository, v.parse(runRequest, payload))),
      runId: instanceId,
      executor: cloudflareWorkflow(step),
      skipUnchanged: true,
      raiseOnError: false,
    });
    return { success, materializedAssets };
  }
}

async function route(request: Request, env: Env): Promise<Response> {
  const [, first = ""] = new URL(request.url).pathname.split("/");
  const { method } = request;
  if (first === "inspector") return inspect(withPasswordAsToken(request), env);
  const isRead = method === "GET" || method === "HEAD";
  await demand(isRead ? "read" : "write", request, env);
  if (first === "assets" && isRead) return download(request, env);
  if (first === "assets" && method === "PUT") return upload(request, env);
  if (first === "status" && isRead) return status(request, env);
  if (first === "materialize" && method === "POST") return materialize(request, env);
  throw new Refusal(404, "GET or PUT /assets/<name>, POST /materialize, GET /status, or /inspector/");
}

/** The inspector. A browser asks for the password, which is a token; what changes something needs the one that may write. */
async function inspect(request: Request, env: Env): Promise<Response> {
  const access = await accessOf(request, env);
  if (access === "none") {
    throw new Refusal(401, "The password is one of the tokens", { "www-authenticate": 'Basic realm="edgewater", charset="UTF-8"' });
  }
  // Streams of the inspector outlive this call, so the repository is not closed. D1 needs no closing.
  const handler = inspector(await openRepository(env), {
    authorize: (_, { action }) => access === "write" || action === "view",
    values: "preview",
    actions: ["materialize"],
  });
  return handler(request);
}
