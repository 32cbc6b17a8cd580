/** What only a scripted server does: it is away, busy, of an earlier version, or it forgets. And what is sent to it. */
import { Job } from "kubernetes-models/batch/v1/Job";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobsOf, make, until } from "../../support/kubernetes/cases.ts";
import { bundlePrograms, type Programs } from "../../support/kubernetes/programs.ts";
import { unknownFields } from "../../support/kubernetes/property-names.ts";
import { contractWorld } from "../../support/kubernetes/worlds.ts";

let programs: Programs;
beforeAll(async () => {
  programs = await bundlePrograms();
});
afterAll(() => programs[Symbol.asyncDispose]());

const diamond = ["a", "b", "c", "d"];
const newRun = (): string => crypto.randomUUID();

describe("kubernetes() and its server", () => {
  it("sends manifests that the schema of Jobs has, every field of them", async () => {
    await using world = await contractWorld(programs);
    const own = {
      deadlineSeconds: 60,
      resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } },
      container: { imagePullPolicy: "IfNotPresent", env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] },
      pod: { serviceAccountName: "steps", nodeSelector: { disk: "ssd" }, volumes: [{ name: "v", emptyDir: {} }] },
    };
    const runId = newRun();
    expect(await make(world, { runId, selection: ["plain"] }, own)).toMatchObject({ success: true });
    const [job] = (await jobsOf(world, runId)) as unknown as [{ readonly spec: object }];
    expect(() => new Job(job as never).validate()).not.toThrow();
    expect(unknownFields(job, "kubernetes-models/batch/v1/Job.d.ts").filter((path) => !/^(apiVersion|kind)$/.test(path))).toEqual([]);
    expect(unknownFields({ spec: { backofLimit: 1 } }, "kubernetes-models/batch/v1/Job.d.ts")).toEqual(["spec.backofLimit"]);
    expect(job.spec).toMatchObject({
      backoffLimit: 0,
      podReplacementPolicy: "Failed",
      activeDeadlineSeconds: 60,
      ttlSecondsAfterFinished: 600,
      template: {
        spec: {
          ...own.pod,
          restartPolicy: "Never",
          containers: [{ name: "step", resources: own.resources, imagePullPolicy: "IfNotPresent" }],
        },
      },
    });
  });

  it("watches the Jobs of a run by one list and one watch, and asks for no Job twice", async () => {
    await using world = await contractWorld(programs);
    world.kubelet.isFull = true;
    const running = make(world, { runId: newRun(), selection: ["a", "plain", "gated"] });
    await world.place.open("gated");
    await until(() => world.server.asked.filter((each) => each.startsWith("POST")).length === 3);
    await until(() => world.server.asked.some((each) => each.includes("jobs?watch=1")));
    world.kubelet.makeRoom();
    expect(await running).toMatchObject({ success: true });
    const asked = world.server.asked.filter((each) => each.includes("/jobs"));
    expect(asked.filter((each) => each.includes("watch=1"))).toHaveLength(1);
    expect(asked.filter((each) => /^GET .*jobs\?labelSelector/.test(each))).toHaveLength(1);
    expect(asked.filter((each) => each.startsWith("POST"))).toHaveLength(3);
    expect(asked.every((each) => !each.startsWith("POST") || each.endsWith("?fieldValidation=Strict"))).toBe(true);
    expect(asked).toHaveLength(5);
  });

  it("waits for a server that is away, and believes the records", async () => {
    await using world = await contractWorld(programs);
    const running = make(world, { runId: newRun(), selection: ["gated"] }, { retry: { maxRetries: 200, delayMs: 50, maxDelayMs: 100 } });
    await world.place.untilCalled("gated");
    await world.server.down();
    await world.place.open("gated");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await world.server.up();
    expect(await running).toMatchObject({ success: true });
    expect(await world.place.calls()).toEqual(["gated"]);
  });

  it("takes the outcome from the records when the server stays away", async () => {
    await using world = await contractWorld(programs);
    let isRecorded = false;
    const retry = { maxRetries: Number.MAX_SAFE_INTEGER, delayMs: 50, factor: 1, retryOn: () => !isRecorded };
    const running = make(world, { runId: newRun(), selection: ["gated"] }, { retry });
    await world.place.untilCalled("gated");
    await world.server.down();
    await world.place.open("gated");
    await using repository = await world.place.repository();
    await until(async () => (await repository.storage.getLatestMaterialization("gated")) !== undefined);
    isRecorded = true;
    expect(await running).toMatchObject({ success: true });
  });

  it("tries again what the server is too busy for, and waits as long as it asks for", async () => {
    await using world = await contractWorld(programs);
    const answers = [
      { code: 429, headers: { "retry-after": "1" } },
      { code: 503 },
      "hang up" as const,
      { code: 500, message: "etcdserver: request timed out" },
    ];
    let first = 0;
    world.server.script = ({ method, path }) => {
      if (method !== "POST" || !path.endsWith("/jobs")) return undefined;
      first ||= performance.now();
      return answers.shift();
    };
    expect(await make(world, { runId: newRun(), selection: ["plain"] })).toMatchObject({ success: true });
    expect(answers).toEqual([]);
    expect(performance.now() - first).toBeGreaterThan(990);
  });

  it("goes on when the server has forgotten the version of its watch, and when a watch is cut", async () => {
    await using world = await contractWorld(programs);
    let watches = 0;
    world.server.script = ({ query, path }) => {
      if (!query.get("watch") || !path.endsWith("/jobs")) return undefined;
      if (++watches === 1) return "hang up";
      // What has happened since the list is forgotten.
      if (watches === 2) world.server.resources.compact();
      return watches === 2 ? { code: 410, message: "too old resource version" } : undefined;
    };
    const running = make(world, { runId: newRun(), selection: ["gated"] });
    await world.place.untilCalled("gated");
    await until(() => watches >= 3);
    await world.place.open("gated");
    expect(await running).toMatchObject({ success: true });
  });

  it("asks for the token before every request, and once more when it has been replaced meanwhile", async () => {
    await using world = await contractWorld(programs);
    let current = "test-token";
    let stale = 0;
    const token = (): string => {
      if (stale-- > 0) return "test-token";
      return current;
    };
    const running = make(world, { runId: newRun(), selection: ["gated", "behind"] }, { token });
    await world.place.untilCalled("gated");
    current = "next-token";
    stale = 1;
    world.server.tokens.set(current, undefined);
    world.server.tokens.delete("test-token");
    await world.place.open("gated");
    expect(await running).toMatchObject({ success: true });
  });

  it("needs no more than its role, and no reasons of pods", async () => {
    const role = ["create jobs", "get jobs", "list jobs", "watch jobs", "delete jobs"];
    await using world = await contractWorld(programs, { tokens: new Map([["least", role]]) });
    expect(await make(world, { runId: newRun(), selection: diamond })).toMatchObject({ success: true });
    const container = { env: [{ name: "TEST_ENDS", value: "7" }] };
    const { failedAssets } = await make(world, { runId: newRun(), selection: ["plain"] }, { container });
    expect(`${failedAssets[0]?.error}`).toMatch(/3 Jobs were lost over "plain": BackoffLimitExceeded: Job has reached/);
    world.server.tokens.set("least", ["get jobs"]);
    const [refused] = (await make(world, { runId: newRun(), selection: ["plain"] })).failedAssets;
    expect(refused?.error).toMatchObject({ code: "PermissionDenied" });
    expect(`${refused?.error}`).toMatch(/cannot create resource "jobs".*; give the service account the role of examples\/kubernetes$/);
  });

  it("leaves out what an earlier server does not know, and lets it refuse an unknown field", async () => {
    await using world = await contractWorld(programs, { isOld: true });
    const runId = newRun();
    expect(await make(world, { runId, selection: ["a", "b"] })).toMatchObject({ success: true });
    for (const { spec } of await jobsOf(world, runId)) expect(spec).not.toHaveProperty("podReplacementPolicy");
    expect(world.server.asked.filter((each) => each.startsWith("POST"))).toHaveLength(3);
    const [wrong] = (await make(world, { runId: newRun(), selection: ["plain"] }, { container: { imagePulPolicy: "Always" } }))
      .failedAssets;
    expect(wrong?.error).toMatchObject({ code: "SettingsError" });
    expect(`${wrong?.error}`).toMatch(/unknown field "spec\.template\.spec\.containers\[0\]\.imagePulPolicy"/);
  });
});
