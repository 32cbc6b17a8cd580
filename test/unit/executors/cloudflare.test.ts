/** Names for Cloudflare, and arguments that are refused. What needs a Workflow or a Queue runs in test/runtime/workerd. */
import { asset, dailyPartitions, Repository, type StepRequest, SuperJsonIOHandler, staticPartitions } from "edgewater";
import { cloudflareQueue, cloudflareWorkflow, consumeSteps, workflowId } from "edgewater/cloudflare";
import { durable } from "edgewater/durable";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stepName } from "../../../src/executors/cloudflare/names.ts";
import { reachedStorage, reachedStore } from "../../support/reached.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 300 }),
  fc.string({ minLength: 90, maxLength: 300 }),
  fc.stringMatching(/^[a-zA-Z0-9_-]{1,120}$/),
);

describe.each([
  ["steps", stepName, (name: string) => name.length <= 256 && !/\p{Cc}/u.test(name)],
  ["instances", workflowId, (name: string) => name.length <= 100 && /^[a-zA-Z0-9_][a-zA-Z0-9-_]*$/.test(name)],
] as const)("names of %s", (_, nameOf, isValid) => {
  it("are valid for any text, and different for different texts", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (one, other) => {
        const [first, second] = [await nameOf(one), await nameOf(other)];
        expect([isValid(first), isValid(second)]).toEqual([true, true]);
        expect(first === second).toBe(one === other);
        // A text that looks like a shortened name has another one.
        expect((await nameOf(first)) === first).toBe(first === one);
      }),
      { seed: 20261128, numRuns: 300 },
    );
  });
});

it("names that Cloudflare takes stay as they are", async () => {
  const id = crypto.randomUUID();
  expect([await workflowId(id), await stepName("1:a/2024-01-01|é 🦆")]).toEqual([id, "1:a/2024-01-01|é 🦆"]);
  expect(await workflowId("daily/2024-01-31T00:00Z")).toMatch(/^_daily_2024-01-31T00_00Z-sha256-[0-9a-f]{64}$/);
  expect(await workflowId("\ud800")).not.toBe(await workflowId("\udbff"));
});

it("refuses what is no step of a Workflow, no Queue, no batch and no Repository, and says what to pass", async () => {
  const refused = async (call: () => unknown): Promise<unknown> => {
    try {
      return await call();
    } catch (error) {
      return error;
    }
  };
  const error = (message: RegExp) => expect.objectContaining({ code: "SettingsError", message: expect.stringMatching(message) });
  const step = { do: async () => ({}) };
  for (const wrong of [undefined, null, "step", {}, { send: () => {} }, { create: () => {} }, { do: 1 }])
    expect(await refused(() => cloudflareWorkflow(wrong as never))).toEqual(error(/step of cloudflareWorkflow.*second argument/));
  for (const options of [{ retries: {} }, { retries: { limit: -1, delay: 1 } }, { timeout: {} }, { maxConcurrency: 0 }, { retrys: 1 }])
    expect(await refused(() => cloudflareWorkflow(step as never, options as never))).toEqual(error(/cloudflareWorkflow/));
  for (const wrong of [undefined, null, "STEPS", {}, step])
    expect(await refused(() => cloudflareQueue(wrong as never))).toEqual(error(/queue of cloudflareQueue.*Queue binding/));
  const queue = { send: async () => undefined };
  expect(await refused(() => cloudflareQueue(queue, { waitMs: -1 }))).toEqual(error(/waitMs/));
  for (const wrong of [undefined, {}, { messages: 1 }])
    expect(await refused(() => consumeSteps(wrong as never, {} as never))).toEqual(error(/batch of consumeSteps/));
  expect(await refused(() => consumeSteps({ messages: [] }, {} as never))).toEqual(error(/repository of consumeSteps/));
  for (const wrong of [undefined, {}, { step: 1 }, { step: () => {}, all: 1 }])
    expect(await refused(() => durable("engine", wrong as never))).toEqual(error(/engine/));
  expect(await refused(() => durable("", { step: async () => ({}) as never }))).toEqual(error(/name of durable/));
  expect(await refused(() => workflowId(""))).toEqual(error(/text of workflowId/));
});

describe("durable", () => {
  const partitions = dailyPartitions({ start: "2024-01-01", end: "2025-01-01" });
  const canary = "canary-1b9e";
  const wide = asset(
    { name: `wide ${"é".repeat(600)}`, partitions: { definition: partitions, batch: true } },
    (_, { partition }) => new Map(partition?.keys.map((key) => [String(key), canary])),
  );
  const small = asset({ name: "small" }, () => canary);

  it("has an engine remember 1 KiB of a step at most, and no value", async () => {
    const journal = new Map<string, string>();
    const executor = durable("a Map", {
      step: async (name, work) => {
        if (!journal.has(name)) journal.set(name, JSON.stringify(await work()));
        return JSON.parse(journal.get(name) ?? "");
      },
    });
    const open = { assets: [wide, small], storage: reachedStorage(), ioHandler: new SuperJsonIOHandler({ store: reachedStore() }) };
    await using repository = await Repository.open(open);
    const result = await repository.materialize({ executor, partitionKeys: "all" });
    expect(result).toMatchObject({ success: true });
    expect(result.events).toHaveLength(366 + 1);
    for (const entry of journal.values()) {
      expect(new TextEncoder().encode(entry).length).toBeLessThanOrEqual(1024);
      expect(entry).not.toContain(canary);
    }
  });

  it("records what an engine gives up, unless the step has ended", async () => {
    const open = { assets: [small], storage: reachedStorage(), ioHandler: new SuperJsonIOHandler({ store: reachedStore() }) };
    await using repository = await Repository.open(open);
    const lost = new RangeError("no worker is left");
    const gaveUp = durable("an engine", { step: async (_, work) => work.fail(lost) });
    const result = await repository.materialize({ executor: gaveUp, raiseOnError: false });
    expect(result.failedAssets).toMatchObject([{ name: "small", error: { name: "RangeError", message: "no worker is left" } }]);
    const late = durable("an engine", {
      step: async (_, work) => {
        expect(await work.outcome()).toBeUndefined();
        await work();
        return work.fail(lost);
      },
    });
    expect(await repository.materialize({ executor: late })).toMatchObject({ success: true });
  });
});

describe("cloudflareQueue", () => {
  const open = async (assets: readonly ReturnType<typeof asset>[]) =>
    Repository.open({ assets, storage: reachedStorage(), ioHandler: new SuperJsonIOHandler({ store: reachedStore() }) });
  const one = asset({ name: "one" }, () => 1);

  it("fails a step that no consumer takes in time, and says where to look", async () => {
    await using repository = await open([one]);
    const executor = cloudflareQueue({ send: async () => undefined }, { waitMs: 1 });
    const { failedAssets } = await repository.materialize({ executor, raiseOnError: false });
    expect(failedAssets).toMatchObject([{ name: "one", error: { code: "Unavailable", message: expect.stringMatching(/dead letters/) } }]);
  });

  it("refuses a request that is larger than a message, before it sends it", async () => {
    const partitions = staticPartitions(Array.from({ length: 140 }, (_, index) => `${index}${"x".repeat(1000)}`));
    const batch = asset({ name: "batch", partitions: { definition: partitions, batch: true } }, () => new Map<string, number>());
    await using repository = await open([batch]);
    const sent: StepRequest[] = [];
    const executor = cloudflareQueue({ send: async (message) => sent.push(message) });
    const { failedAssets } = await repository.materialize({ executor, partitionKeys: "all", raiseOnError: false });
    expect(failedAssets[0]?.error).toMatchObject({ code: "QuotaExceeded", message: expect.stringMatching(/make fewer/) });
    expect(sent).toEqual([]);
  });
});
