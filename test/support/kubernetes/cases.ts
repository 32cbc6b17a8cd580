/** What steps in Jobs do when something fails: the same cases over the contract server and over a real API server. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type EdgewaterError, isEdgewaterError, type MaterializeOptions, type Repository, type RunResult } from "edgewater";
import { type KubernetesOptions, kubernetes } from "edgewater/kubernetes";
import type { Kubelet } from "./kubelet.ts";
import type { OrchestratorOptions } from "./orchestrator.ts";
import { dollars, type Place } from "./place.ts";
import type { Programs } from "./programs.ts";

/** A cluster, and the records that its pods share with this process. */
export interface World {
  readonly place: Place;
  readonly kubelet: Kubelet;
  readonly programs: Programs;
  /** The options that every executor has. */
  readonly options: KubernetesOptions & { readonly server: string; readonly namespace: string; readonly token: string };
}

/** One case. Each has a place of its own. */
export interface KubernetesCase {
  readonly name: string;
  readonly run: (world: World) => Promise<void>;
}

interface Found {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly spec: Record<string, unknown>;
  readonly status?: { readonly phase?: string };
}

/** Asks the API server. */
export async function ask<Value>({ options }: World, path: string, method = "GET", body?: object): Promise<Value> {
  const headers = { authorization: `Bearer ${options.token}`, "content-type": "application/json" };
  const response = await fetch(options.server + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return (await response.json()) as Value;
}

const jobsPath = ({ options }: World): string => `/apis/batch/v1/namespaces/${options.namespace}/jobs`;

/** The Jobs of a run. */
export async function jobsOf(world: World, runId: string): Promise<readonly Found[]> {
  const { items } = await ask<{ readonly items: readonly Found[] }>(world, jobsPath(world));
  return items.filter(({ metadata }) => metadata.annotations?.["edgewater/run-id"] === runId);
}

async function podsOf(world: World, runId: string): Promise<readonly Found[]> {
  const { items } = await ask<{ readonly items: readonly Found[] }>(world, `/api/v1/namespaces/${world.options.namespace}/pods`);
  return items.filter(({ metadata }) => metadata.annotations?.["edgewater/run-id"] === runId);
}

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(50);
}

/** Runs a selection in Jobs. */
export async function make(
  world: World,
  options: MaterializeOptions & { readonly runId: string },
  own: Partial<KubernetesOptions> = {},
): Promise<RunResult> {
  await using repository = await world.place.repository(kubernetes({ ...world.options, ...own }));
  return repository.materialize({ raiseOnError: false, ...options });
}

const newRun = (): string => crypto.randomUUID();

/** The uid of the pod that makes an asset of a run, once its process runs. */
async function runningPod(world: World, runId: string, asset = "gated"): Promise<string> {
  let uid: string | undefined;
  await until(async () => {
    const pods = await podsOf(world, runId);
    uid = pods.find(({ metadata: { uid: each, annotations } }) => {
      return world.kubelet.running.includes(each) && annotations["edgewater/step"]?.endsWith(asset);
    })?.metadata.uid;
    return uid !== undefined;
  });
  return uid as string;
}

function failureOf(result: RunResult): EdgewaterError {
  const [failed] = result.failedAssets;
  assert(isEdgewaterError(failed?.error), `the run has no error of the family: ${failed?.error}`);
  return failed.error;
}

async function withRepository<Value>(world: World, work: (repository: Repository) => Promise<Value>): Promise<Value> {
  await using repository = await world.place.repository();
  return work(repository);
}

const count = (calls: readonly string[], name: string): number => calls.filter((each) => each === name).length;

/** All cases. */
export const kubernetesCases: readonly KubernetesCase[] = [
  {
    name: "makes each step in a Job of its own, with the fields, labels and annotations that it needs",
    run: async (world) => {
      const runId = newRun();
      const result = await make(
        world,
        { runId, selection: ["a", "b", "c", "d"] },
        { labels: { team: "data" }, annotations: { note: "a/b" } },
      );
      assert.equal(result.success, true, `${result.failedAssets[0]?.error}`);
      assert.deepEqual([...(await world.place.calls())].sort(), ["a", "b", "c", "d"]);
      assert.equal(await withRepository(world, (repository) => repository.load("d")), 4);
      const jobs = await jobsOf(world, runId);
      assert.equal(jobs.length, 4);
      for (const { metadata, spec } of jobs) {
        assert.match(metadata.name, /^edgewater-[0-9a-f]{20}-1$/);
        assert.equal(metadata.labels["app.kubernetes.io/managed-by"], "edgewater");
        assert.equal(metadata.labels["team"], "data");
        assert.equal(metadata.annotations["note"], "a/b");
        assert.deepEqual([spec["backoffLimit"], spec["completions"], spec["parallelism"]], [0, 1, 1]);
      }
      assert.equal(new Set(jobs.map(({ metadata }) => metadata.labels["edgewater/run"])).size, 1);
      assert.equal(new Set(jobs.map(({ metadata }) => metadata.labels["edgewater/step"])).size, 4);
    },
  },
  {
    name: "hands over a step whose name has what a kubelet replaces",
    run: async (world) => {
      const result = await make(world, { runId: newRun(), selection: [dollars] });
      assert.equal(result.success, true, `${result.failedAssets[0]?.error}`);
      assert.equal(await withRepository(world, (repository) => repository.load(dollars)), dollars);
    },
  },
  {
    name: "tells the error of a function with its class and cause, and makes no second Job for it",
    run: async (world) => {
      const runId = newRun();
      const [failed] = (await make(world, { runId, selection: ["broken"] })).failedAssets;
      assert(failed?.error instanceof TypeError && failed.error.cause instanceof RangeError, `${failed?.error}`);
      assert.equal((await jobsOf(world, runId)).length, 1);
    },
  },
  {
    name: "makes a step in another Job when its pod is killed, at once",
    run: async (world) => {
      const runId = newRun();
      const running = make(world, { runId, selection: ["gated"] });
      await world.place.untilCalled("gated");
      world.kubelet.kill(await runningPod(world, runId));
      await world.place.untilCalled("gated", 2);
      await world.place.open("gated");
      assert.equal((await running).success, true);
      const names = (await jobsOf(world, runId)).map(({ metadata }) => metadata.name.split("-").at(-1));
      assert.deepEqual(names.sort(), ["1", "2"]);
    },
  },
  {
    name: "fails a step when three pods are killed for their memory, and says so",
    run: async (world) => {
      const runId = newRun();
      const running = make(world, { runId, selection: ["gated", "plain"] });
      for (let times = 1; times <= 3; times++) {
        await world.place.untilCalled("gated", times);
        world.kubelet.kill(await runningPod(world, runId), { exitCode: 137, reason: "OOMKilled" });
      }
      const result = await running;
      const error = failureOf(result);
      assert.equal(error.code, "Unavailable");
      assert.match(error.message, /^3 Jobs were lost over "gated": its container used more memory than its limit \(OOMKilled\)/);
      assert.deepEqual(result.materializedAssets, ["plain"]);
    },
  },
  {
    name: "says why pods end that are evicted, and containers that end with a code",
    run: async (world) => {
      const runId = newRun();
      const running = make(world, { runId, selection: ["gated"] });
      for (let times = 1; times <= 3; times++) {
        await world.place.untilCalled("gated", times);
        world.kubelet.kill(await runningPod(world, runId), { pod: { reason: "Evicted", message: "The node was low on memory." } });
      }
      assert.match(failureOf(await running).message, /Evicted: The node was low on memory\./);
      const container = { env: [{ name: "TEST_ENDS", value: "7" }] };
      const error = failureOf(await make(world, { runId: newRun(), selection: ["plain"] }, { container }));
      assert.match(error.message, /its container has ended with the exit code 7; .*kubectl logs job\/edgewater-/);
    },
  },
  {
    name: "fails a step with Timeout after its deadline, and ends its pod",
    run: async (world) => {
      const runId = newRun();
      const error = failureOf(await make(world, { runId, selection: ["gated"] }, { deadlineSeconds: 2 }));
      assert.equal(error.code, "Timeout");
      assert.match(error.message, /DeadlineExceeded/);
      await until(async () => (await podsOf(world, runId)).length === 0 && world.kubelet.running.length === 0);
    },
  },
  {
    name: "makes a step in another Job when its Job is deleted by hand",
    run: async (world) => {
      const runId = newRun();
      const running = make(world, { runId, selection: ["gated"] });
      await world.place.untilCalled("gated");
      const [job] = await jobsOf(world, runId);
      await ask(world, `${jobsPath(world)}/${job?.metadata.name}`, "DELETE", { propagationPolicy: "Background" });
      await world.place.untilCalled("gated", 2);
      await world.place.open("gated");
      assert.equal((await running).success, true);
    },
  },
  {
    name: "deletes the Job and ends its pod after an abort, and cancels the run",
    run: async (world) => {
      const runId = newRun();
      const controller = new AbortController();
      const running = make(world, { runId, selection: ["gated", "behind"], signal: controller.signal });
      await world.place.untilCalled("gated");
      controller.abort(new RangeError("enough"));
      const result = await running;
      const error = failureOf(result);
      assert(error.code === "Aborted" && error.cause instanceof RangeError, `${error}`);
      assert.deepEqual(result.skippedAssets, ["behind"]);
      await until(async () => (await jobsOf(world, runId)).length === 0);
      await until(async () => (await podsOf(world, runId)).length === 0 && world.kubelet.running.length === 0);
    },
  },
  {
    name: "deletes the Jobs and ends their pods when the run is canceled elsewhere",
    run: async (world) => {
      const runId = newRun();
      // The owner of a run looks four times in this time whether it was canceled.
      const running = make(world, { runId, selection: ["gated"], leaseMs: 1000 }).then(
        ({ success }) => success,
        (error: unknown) => isEdgewaterError(error, "TakenOver"),
      );
      await world.place.untilCalled("gated");
      await withRepository(world, (repository) => repository.cancel(runId));
      await running;
      await until(async () => (await jobsOf(world, runId)).length === 0);
      await until(async () => (await podsOf(world, runId)).length === 0 && world.kubelet.running.length === 0);
      await withRepository(world, async ({ storage }) => assert.equal((await storage.getRun(runId))?.status, "Canceled"));
    },
  },
  {
    name: "goes on with a run whose process was killed, and adopts its Job",
    run: async (world) => {
      const runId = newRun();
      const { signal: killedBy } = await killedOrchestrator(world, runId, ["gated", "behind"]);
      assert.equal(killedBy, "SIGKILL");
      const running = make(world, { runId, selection: ["gated", "behind"] });
      await sleep(200);
      await world.place.open("gated");
      const result = await running;
      assert.equal(result.success, true, `${result.failedAssets[0]?.error}`);
      assert.equal(count(await world.place.calls(), "gated"), 1);
      assert.equal((await jobsOf(world, runId)).length, 2);
    },
  },
  {
    name: "loses its Jobs and pods with their owner",
    run: async (world) => {
      const runId = newRun();
      const path = `/api/v1/namespaces/${world.options.namespace}/configmaps`;
      const name = `owner-${runId}`;
      const { metadata } = await ask<Found>(world, path, "POST", { apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
      const owner = { apiVersion: "v1", kind: "ConfigMap", name, uid: metadata.uid };
      const controller = new AbortController();
      const running = make(world, { runId, selection: ["gated"], signal: controller.signal }, { owner });
      await world.place.untilCalled("gated");
      const [job] = await jobsOf(world, runId);
      assert.equal(job?.metadata.ownerReferences?.[0]?.uid, metadata.uid);
      await ask(world, `${path}/${name}`, "DELETE", { propagationPolicy: "Background" });
      await until(async () => !(await jobsOf(world, runId)).some(({ metadata }) => metadata.uid === job?.metadata.uid));
      controller.abort();
      assert.equal((await running).success, false);
      await until(() => world.kubelet.running.length === 0);
    },
  },
  {
    name: "says what the server refuses, and what to do",
    run: async (world) => {
      const label = failureOf(await make(world, { runId: newRun(), selection: ["plain"] }, { labels: { team: "a/b" } }));
      assert.equal(label.code, "SettingsError");
      assert.match(label.message, /the API server says: .*; correct the options of kubernetes$/s);
      const token = failureOf(await make(world, { runId: newRun(), selection: ["plain"] }, { token: "wrong-secret" }));
      assert.equal(token.code, "Unauthenticated");
      assert(!JSON.stringify([token.message, token.stack, token.cause]).includes("wrong-secret"), token.message);
    },
  },
];

/** Starts a process that makes a run, and kills it when it has sent its first step. */
export async function killedOrchestrator(
  world: World,
  runId: string,
  selection: readonly string[],
  isTime: () => Promise<unknown> = () => world.place.untilCalled("gated"),
): Promise<{ readonly signal: NodeJS.Signals | null }> {
  const options: OrchestratorOptions = { folder: world.place.folder, kubernetes: world.options, runId, selection };
  const { PATH = "", HOME = "", NODE_COMPILE_CACHE = "", NODE_EXTRA_CA_CERTS = "" } = process.env;
  const env = { PATH, HOME, NODE_COMPILE_CACHE, NODE_EXTRA_CA_CERTS };
  const child = spawn(process.execPath, [world.programs.orchestrator, JSON.stringify(options)], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(child, "exit");
  await Promise.race([isTime(), exited]);
  child.kill("SIGKILL");
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  return { signal };
}
