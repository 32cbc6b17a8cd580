/** `kubernetes` on every runtime, through a fetch that is passed: options, and a server in this process whose pods are calls. */
import { asset, isEdgewaterError, Repository, runtimeEnvironment, type StepRequest, Storage, SuperJsonIOHandler } from "edgewater";
import { type KubernetesOptions, kubernetes, serveStep } from "edgewater/kubernetes";
import { describe, expect, it } from "vitest";
import { reachedStorage, reachedStore } from "../../support/reached.ts";

const given = { image: "pipeline:1", command: ["node", "step.ts"], server: "https://cluster.example", token: "very-secret" };

interface SentJob {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly env: readonly { readonly value: string }[] }[] } };
  };
}

/** A server whose Jobs are calls of a worker, and two repositories over one place. */
async function world(answer: (job: SentJob) => Response | undefined = () => undefined) {
  const one = asset({ name: "one" }, () => 1);
  const two = asset({ name: "two", inputs: { one } }, ({ one }) => one + 1);
  const memory = Storage.memory();
  const open = { assets: [one, two], storage: reachedStorage(memory), ioHandler: new SuperJsonIOHandler({ store: reachedStore() }) };
  const worker = await Repository.open(open);
  const jobs = new Map<string, object>();
  const sent: string[] = [];
  const send: typeof fetch = async (input, init) => {
    const url = new URL(`${input}`);
    sent.push(`${init?.method} ${url.pathname} ${new Headers(init?.headers).get("authorization")}`);
    if (init?.method === "GET") return Response.json({ items: [...jobs.values()], metadata: { resourceVersion: "1" } });
    const job = JSON.parse(new TextDecoder().decode(init?.body as Uint8Array)) as SentJob;
    const scripted = answer(job);
    if (scripted !== undefined) return scripted;
    const [{ env: [variable] = [] } = {}] = job.spec.template.spec.containers;
    await worker.runStep(JSON.parse(variable?.value ?? "") as StepRequest);
    const made = {
      ...job,
      metadata: { ...job.metadata, uid: crypto.randomUUID() },
      status: { conditions: [{ type: "Complete", status: "True" }] },
    };
    jobs.set(job.metadata.name, made);
    return Response.json(made, { status: 201 });
  };
  const executor = kubernetes({ ...given, namespace: "steps", fetch: send, retry: { maxRetries: 1, delayMs: 1 } });
  return { repository: await Repository.open({ ...open, executor }), worker, sent };
}

describe("kubernetes() with a fetch", () => {
  it("makes each step by a Job", async () => {
    const { repository, worker, sent } = await world();
    expect(await repository.materialize({ runId: "nightly" })).toMatchObject({ success: true });
    expect(await repository.load("two")).toBe(2);
    expect(sent.filter((each) => each.startsWith("POST"))).toEqual(
      Array.from({ length: 2 }, () => "POST /apis/batch/v1/namespaces/steps/jobs Bearer very-secret"),
    );
    await worker.close();
    await repository.close();
  });

  it.each([
    [403, "PermissionDenied"],
    [404, "NotFound"],
    [422, "SettingsError"],
    [503, "Unavailable"],
  ])("tells the refusal %i of the server as %s, without the token", async (status, code) => {
    const { repository, worker } = await world(() => Response.json({ kind: "Status", message: "it may not be" }, { status }));
    const { failedAssets } = await repository.materialize({ raiseOnError: false });
    const error = failedAssets[0]?.error;
    expect(error).toMatchObject({ code });
    expect(`${error}`).toContain("the API server says: it may not be");
    expect(JSON.stringify([String(error), isEdgewaterError(error) && error.stack])).not.toContain("very-secret");
    await worker.close();
    await repository.close();
  });

  it("refuses records and values that no other machine reaches, before the run begins", async () => {
    const one = asset({ name: "one" }, () => 1);
    const executor = kubernetes(given);
    await using repository = await Repository.open({ assets: [one], storage: Storage.memory(), executor });
    await expect(repository.materialize()).rejects.toMatchObject({ code: "NotSupported", field: "storage" });
  });
});

describe("the options of kubernetes()", () => {
  it.each<[Record<string, unknown>, string, RegExp]>([
    [{ imgae: "a" }, "imgae", /^Unknown option "imgae" of kubernetes; did you mean "image"\?$/],
    [{ image: undefined }, "image", /^Missing image of kubernetes; expected a string that is not empty$/],
    [{ command: "node step.ts" }, "command", /^Invalid command of kubernetes: a string; expected an array of one or more strings/],
    [{ command: [] }, "command", /expected an array of one or more strings, such as \["node", "step.ts"\]$/],
    [{ namespace: "My_Space" }, "namespace", /expected a name of up to 63 small letters, digits and hyphens$/],
    [{ server: "cluster.example" }, "server", /expected an http or https URL, such as "https:\/\/10\.0\.0\.1:6443"$/],
    [{ token: 1 }, "token", /^Invalid token of kubernetes: 1; expected a string or a function$/],
    [{ owner: { name: "a" } }, "owner.apiVersion", /^Missing apiVersion of kubernetes\.owner/],
    [{ deadlineSeconds: 0.5 }, "deadlineSeconds", /expected a whole number, 1 or more$/],
    [{ labels: { team: 1 } }, "labels", /expected a plain object whose values are strings$/],
    [{ pod: { containers: [] } }, "pod.containers", /^Invalid pod\.containers of kubernetes: it cannot be set there; pass container/],
    [{ pod: { restartPolicy: "Always" } }, "pod.restartPolicy", /a Job of a step never restarts its pod$/],
    [{ container: { resources: {} } }, "container.resources", /; pass resources$/],
    [
      { container: { env: [{ name: "EDGEWATER_STEP", value: "x" }] } },
      "container.env",
      /EDGEWATER_STEP holds the step; choose another name$/,
    ],
    [{ container: { env: { A: "1" } } }, "container.env", /expected an array of variables/],
    [{ retry: { maxRetries: -1 } }, "retry.maxRetries", /a whole number of at least 0$/],
  ])("%j is refused with its name and the right one", (wrong, field, message) => {
    const options = { ...given, ...wrong } as unknown as KubernetesOptions;
    expect(() => kubernetes(options)).toThrow(message);
    expect(() => kubernetes(options)).toThrow(expect.objectContaining({ code: "SettingsError", field }));
  });

  it("need a server outside of a pod", () => {
    const open = () => kubernetes({ image: "a", command: ["b"] });
    if (runtimeEnvironment("KUBERNETES_SERVICE_HOST") !== undefined) expect(open).not.toThrow();
    else expect(open).toThrow(/^Missing server of kubernetes: this process runs in no pod/);
  });

  it("serveStep needs a function", async () => {
    await expect(serveStep("open" as never)).rejects.toMatchObject({ code: "SettingsError", field: "open" });
  });
});
