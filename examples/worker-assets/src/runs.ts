/** `POST /materialize` and `GET /status`: makes assets in this request or as a Workflow, and tells how it goes. */
import type { Repository } from "edgewater";
import { workflowId } from "edgewater/cloudflare";
import * as v from "valibot";
import { type Env, openRepository } from "./env.ts";
import { computed } from "./pipeline.ts";
import { Refusal } from "./refusal.ts";

/** What a client asks for. A Workflow gets it as its payload. */
export const runRequest = v.strictObject({
  /** The assets; all that are made here unless given. */
  assets: v.optional(v.pipe(v.array(v.picklist(computed)), v.minLength(1), v.maxLength(computed.length)), [...computed]),
  /** The partitions; those that were uploaded unless given. */
  partitions: v.optional(v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(256))), v.minLength(1), v.maxLength(1000))),
  /** Whether a Workflow makes them, and the answer does not wait for it. */
  background: v.optional(v.boolean(), false),
  /** Names the run of a Workflow: it is begun once for each id. */
  id: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
});
export type RunRequest = v.InferOutput<typeof runRequest>;

/** The largest body of a request, in bytes. */
const mostBytes = 64 * 1024;

export async function materialize(request: Request, env: Env): Promise<Response> {
  const asked = await runRequestOf(request);
  if (asked.background) {
    const runId = await workflowId(asked.id ?? crypto.randomUUID());
    await begin(env, runId, asked);
    return Response.json({ runId }, { status: 202, headers: { location: `/status?run=${encodeURIComponent(runId)}` } });
  }
  await using repository = await openRepository(env);
  const { success, runId, materializedAssets, failedAssets } = await repository.materialize({
    ...(await selectionOf(repository, asked)),
    skipUnchanged: true,
    raiseOnError: false,
  });
  return Response.json({
    success,
    runId,
    materializedAssets,
    failedAssets: failedAssets.map(({ name, partition }) => ({ name, partition })),
  });
}

/** The selection of a run. */
export async function selectionOf(repository: Repository, { assets, partitions }: RunRequest) {
  const keys = partitions ?? (await repository.storage.getMaterializedPartitions("readings"));
  return { selection: assets, partitionKeys: keys };
}

export async function status(request: Request, env: Env): Promise<Response> {
  const runId = new URL(request.url).searchParams.get("run");
  await using repository = await openRepository(env);
  if (runId === null) {
    const assets = await repository.status({ partitions: true });
    return Response.json(
      {
        assets: assets.map(({ asset, partition, status, causes }) => ({
          asset,
          partition,
          status,
          causes: causes.map(({ reason }) => reason),
        })),
      },
      { headers: { "cache-control": "no-store" } },
    );
  }
  const run = await repository.storage.getRun(runId);
  if (run !== undefined) return Response.json({ runId, status: run.status }, { headers: { "cache-control": "no-store" } });
  if (!(await isBegun(env, runId))) throw new Refusal(404, "There is no such run");
  return Response.json({ runId, status: "Queued" }, { headers: { "cache-control": "no-store" } });
}

/** Begins a Workflow unless there is one with this id. */
async function begin(env: Env, id: string, params: RunRequest): Promise<void> {
  try {
    await env.RUNS.create({ id, params });
  } catch (error) {
    if (!(await isBegun(env, id))) throw error;
  }
}

/** Whether there is a Workflow with this id. */
async function isBegun(env: Env, id: string): Promise<boolean> {
  try {
    await (await env.RUNS.get(id)).status();
    return true;
  } catch {
    return false;
  }
}

/** @throws a refusal of a body that is too large, no JSON, or not as `runRequest` says */
async function runRequestOf(request: Request): Promise<RunRequest> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new Refusal(413, `The request is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  const text = await new Blob(chunks).text();
  const json = text === "" ? {} : parsedJson(text);
  if (Array.isArray(json)) throw new Refusal(400, "Invalid request: expected an object");
  const parsed = v.safeParse(runRequest, json);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "body"}: ${issue.message}`);
  throw new Refusal(400, `Invalid request: ${problems.slice(0, 5).join("; ")}`);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "The request is no JSON");
  }
}
