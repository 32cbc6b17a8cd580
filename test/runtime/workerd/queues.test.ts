/** Messages of the Queue of workerd: equal ones, late ones, wrong ones, and several consumers. */
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Repository, StepRequest } from "edgewater";
import { type ConsumedMessage, cloudflareQueue, consumeSteps, type QueueBatch, type QueueBinding } from "edgewater/cloudflare";
import { expect, it } from "vitest";
import { canary, type Diamond, diamond, violations } from "../../support/cloudflare/diamond.ts";
import { consumer } from "../../support/cloudflare/engines.ts";

/** Consumes the messages of a pipeline with a repository for each batch. */
function consume(of: Diamond): ConsumedMessage[] {
  const consumed: ConsumedMessage[] = [];
  consumer.consume = async (batch: QueueBatch) => {
    await using repository = await of.open();
    consumed.push(...(await consumeSteps(batch, repository, { retryDelaySeconds: 1 })));
  };
  return consumed;
}

/** A Queue that keeps what is sent, and sends it as often as it should. */
function recording(sent: StepRequest[], times = 1): QueueBinding {
  return {
    send: async (message) => {
      sent.push(message);
      for (let left = times; left > 0; left--) await env.STEPS.send(message);
    },
  };
}

/** Delivers requests as one batch, and returns how each message was settled. */
async function deliver(repository: Repository, requests: readonly unknown[], attempts = 1) {
  const messages = requests.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts, body }));
  const batch = createMessageBatch("test-steps", messages);
  const delays: unknown[] = [];
  const watched = batch.messages.map(({ id, attempts: count, body }, index) => ({
    id,
    attempts: count,
    body,
    ack: () => batch.messages[index]?.ack(),
    retry: (options?: { readonly delaySeconds?: number }) => {
      delays.push(options?.delaySeconds);
      batch.messages[index]?.retry(options);
    },
  }));
  const consumed = await consumeSteps({ messages: watched }, repository, { retryDelaySeconds: 7 });
  const { outcome, ackAll, retryBatch, explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  expect([outcome, ackAll, retryBatch.retry]).toEqual(["ok", false, false]);
  expect(delays).toEqual(retryMessages.map(() => 7));
  return { consumed, acks: explicitAcks, retries: retryMessages };
}

/** What becomes of two equal messages: one is made, and the other is refused, before or when it claims the step. */
const oneOfTwo = /^(ended|busy|superseded)$/;

/** A run whose steps are held back: its first request, and how it goes on. */
async function withRequest(of: Diamond): Promise<{ request: StepRequest; release: () => void; ended: () => Promise<string> }> {
  const sent: StepRequest[] = [];
  let isReleased = false;
  const queue: QueueBinding = {
    send: async (message) => {
      sent.push(message);
      if (isReleased) await env.STEPS.send(message);
    },
  };
  const repository = await of.open();
  const running = repository.materialize({ executor: cloudflareQueue(queue), raiseOnError: false }).finally(() => repository.close());
  while (sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const request = sent[0] as StepRequest;
  return {
    request,
    release: () => {
      isReleased = true;
    },
    ended: async () => (await running).runId,
  };
}

it("every step is made once in effect when every message comes twice, and no message has a value", async () => {
  const of = diamond(env);
  of.slowMs = 30;
  const consumed = consume(of);
  const sent: StepRequest[] = [];
  await using repository = await of.open();
  const { runId } = await repository.materialize({ executor: cloudflareQueue(recording(sent, 2)) });
  expect(await violations(of, runId)).toEqual([]);
  expect(sent).toHaveLength(5);
  expect(JSON.stringify(sent)).not.toContain(canary);
  expect(JSON.stringify(sent).length / 5).toBeLessThan(1024);
  expect(consumed.filter(({ status }) => status === "ended").length).toBeGreaterThanOrEqual(5);
  expect(consumed.filter(({ status }) => status === "failed")).toEqual([]);
});

it("settles each message by itself: equal ones, one of another deploy, one that is no request, and a good one", async () => {
  const of = diamond(env);
  consume(of);
  const { request, release, ended } = await withRequest(of);
  await using repository = await of.open();
  const other = { ...request, computation: "gone", outputs: ["gone"], step: "4:gone" };
  const { consumed, acks, retries } = await deliver(repository, [other, request, { hello: 1 }, null, request]);
  release();
  expect(consumed.map(({ id, status }) => [id, status])).toEqual([
    ["m0", "failed"],
    ["m1", expect.stringMatching(oneOfTwo)],
    ["m2", "failed"],
    ["m3", "failed"],
    ["m4", expect.stringMatching(oneOfTwo)],
  ]);
  expect(consumed[0]?.error).toMatchObject({ code: "GraphError" });
  expect(consumed[2]?.error).toMatchObject({ code: "SettingsError" });
  expect(of.calls.filter((letter) => letter === "a")).toHaveLength(1);
  expect(acks.length + retries.length).toBe(5);
  expect(retries.map(({ msgId }) => msgId)).toEqual(expect.arrayContaining(["m0", "m2", "m3"]));
  // Delivered again, it is answered from the records.
  expect(await deliver(repository, [request], 2)).toMatchObject({ acks: ["m0"], retries: [], consumed: [{ status: "ended" }] });
  expect(await violations(of, await ended())).toEqual([]);
});

it("two consumers with equal messages call the function once, and record it once", async () => {
  const of = diamond(env);
  of.slowMs = 100;
  consume(of);
  const { request, release, ended } = await withRequest(of);
  await using one = await of.open();
  await using other = await of.open();
  const settled = await Promise.all([deliver(one, [request, request]), deliver(other, [request, request])]);
  release();
  expect(settled.flatMap(({ consumed }) => consumed.filter(({ status }) => status === "ended")).length).toBeGreaterThanOrEqual(1);
  expect(of.calls.filter((letter) => letter === "a")).toHaveLength(1);
  expect(await violations(of, await ended())).toEqual([]);
});

it("a delivery that follows a lost one takes the step over, and the lost consumer records nothing", async () => {
  const of = diamond(env);
  of.slowMs = 300;
  consume(of);
  const { request, release, ended } = await withRequest(of);
  await using lost = await of.open();
  await using next = await of.open();
  const first = deliver(lost, [request]);
  while (of.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await deliver(next, [request], 2)).toMatchObject({ acks: ["m0"], consumed: [{ status: "ended" }] });
  release();
  expect(await first).toMatchObject({ acks: ["m0"] });
  expect(of.calls.filter((letter) => letter === "a")).toHaveLength(2);
  expect(await violations(of, await ended())).toEqual([]);
});

it("acknowledges a message whose run was canceled", async () => {
  const of = diamond(env);
  const { request, ended } = await withRequest(of);
  await using repository = await of.open();
  await repository.cancel(request.runId);
  expect(await deliver(repository, [request])).toMatchObject({ acks: ["m0"], retries: [], consumed: [{ status: "superseded" }] });
  expect(of.calls).toEqual([]);
  await ended();
});
