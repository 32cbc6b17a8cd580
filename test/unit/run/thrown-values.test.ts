import {
  asset,
  EdgewaterError,
  type Execution,
  type Executor,
  InMemoryIOHandler,
  type Log,
  multiAsset,
  Output,
  type ProgressEvent,
  Repository,
  type StepEvent,
  Storage,
} from "edgewater";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

/** Promise rejections that nobody handles, which would end a process. Node has them as events of `process`, others of the global. */
const unhandled: unknown[] = [];
const collect = (reason: unknown): void => void unhandled.push(reason);
const collectEvent = (event: Event): void => {
  event.preventDefault();
  collect((event as PromiseRejectionEvent).reason);
};
const isNode = typeof globalThis.process?.on === "function";
beforeEach(() => {
  if (isNode) process.on("unhandledRejection", collect);
  else globalThis.addEventListener("unhandledrejection", collectEvent);
});
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve));
  if (isNode) process.off("unhandledRejection", collect);
  else globalThis.removeEventListener("unhandledrejection", collectEvent);
  expect(unhandled.splice(0)).toEqual([]);
});

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const throwing = {
  toString(): string {
    throw new Error("toString has thrown");
  },
  toJSON(): string {
    throw new Error("toJSON has thrown");
  },
  get message(): string {
    throw new Error("message has thrown");
  },
};
const circular: Record<string, unknown> = Object.create(null);
circular["self"] = circular;

/** Values that can be thrown, and what is recorded of each. */
const thrown: readonly (readonly [string, unknown, string | RegExp])[] = [
  ["an object without prototype", Object.assign(Object.create(null), { status: 500 }), '{"status":500}'],
  ["a circular object without prototype", circular, /cannot be shown/],
  ["an error with an object as its message", Object.assign(new Error("x"), { message: { code: 17 } }), '{"code":17}'],
  ["an error without a message", new TypeError(""), "TypeError"],
  ["an error with undefined as its message", Object.assign(new Error("x"), { message: undefined }), "Error"],
  ["a getter that throws", throwing, /cannot be shown/],
  ["a revoked proxy", revoked(), /cannot be shown/],
  ["a proxy whose traps throw", new Proxy({}, { get: () => expect.unreachable(), has: () => expect.unreachable() }), /cannot be shown/],
  ["a symbol", Symbol("s"), "Symbol(s)"],
  ["undefined", undefined, "undefined"],
  ["null", null, "null"],
  ["a bigint", 5n, "5"],
  ["a plain object", { status: 500 }, '{"status":500}'],
  ["a lone surrogate", new Error("bad \ud800 text"), "bad \ufffd text"],
  ["NUL", new Error("bad \0 text"), "bad \ufffd text"],
  ["a message of a megabyte", new Error("x".repeat(1_000_000)), /^x{10000}…$/],
];

describe("a function that throws", () => {
  it.each(thrown)("%s fails its asset and no other", async (_, value, text) => {
    const bad = asset({ name: "bad" }, () => {
      throw value;
    });
    const good = asset({ name: "good" }, () => 1);
    await using repository = await Repository.open({ assets: [bad, good] });
    const result = await repository.materialize({ raiseOnError: false });
    expect(result.materializedAssets).toEqual(["good"]);
    expect(result.failedAssets.map(({ name }) => name)).toEqual(["bad"]);
    expect(Object.is(result.failedAssets[0]?.error, value)).toBe(true);
    const [event] = await repository.storage.getEventsForAsset("bad", { types: ["StepFailure"] });
    const recorded = event?.metadata["error"]?.value as string;
    if (typeof text === "string") expect(recorded).toBe(text);
    else expect(recorded).toMatch(text);
    const error = await repository.materialize().catch((error: unknown) => error as Error & { code: string; asset: string });
    expect(error).toMatchObject({ code: "StepFailed", asset: "bad" });
    expect((error as Error).message).toContain('"bad"');
    expect(Object.is((error as Error).cause, value)).toBe(true);
  });

  it.each<[string, object, object]>([
    ["a quota of fractions", { quota: { needed: 1.5, free: 0.5, total: 9.5 } }, { quota: { needed: 2, free: 0, total: 9 } }],
    ["a quota of more than is known", { quota: { needed: 1, free: Number.POSITIVE_INFINITY, total: -1 } }, { quota: { needed: 1 } }],
    ["a quota that is not a number", { quota: { needed: Number.NaN } }, {}],
    ["null as its quota", { quota: null, asset: "a" }, { asset: "a" }],
    ["a quota that throws", { quota: revoked(), asset: "a" }, { asset: "a" }],
    ["an asset, a partition and a field that are not texts", { asset: {}, partition: 5, field: revoked() }, {}],
    ["NUL and a lone surrogate", { asset: "a\0", field: "\ud800" }, { asset: "a\ufffd", field: "\ufffd" }],
  ])("an error of the family with %s is recorded with what can be recorded", async (_, details, recorded) => {
    const bad = asset({ name: "bad" }, () => {
      throw Object.assign(new EdgewaterError("QuotaExceeded", "full"), details);
    });
    await using repository = await Repository.open({ assets: [bad] });
    expect((await repository.materialize({ raiseOnError: false })).failedAssets).toHaveLength(1);
    const [event] = await repository.storage.getEventsForAsset("bad", { types: ["StepFailure"] });
    const { causes: _causes, frames: _frames, ...failure } = (event as StepEvent).failure ?? { causes: [], frames: [] };
    expect(failure).toEqual({ code: "QuotaExceeded", name: "EdgewaterError", message: "full", ...recorded });
  });

  it("an error of the family with a code that is not a text fails its asset", async () => {
    const bad = asset({ name: "bad" }, () => {
      throw Object.assign(new EdgewaterError("QuotaExceeded", "full"), { code: 17 });
    });
    await using repository = await Repository.open({ assets: [bad] });
    expect((await repository.materialize({ raiseOnError: false })).failedAssets.map(({ name }) => name)).toEqual(["bad"]);
    expect(await repository.storage.getEventsForAsset("bad", { types: ["StepFailure"] })).toHaveLength(1);
  });

  it("an error records its class, its stack and its cause", async () => {
    class FeedError extends Error {}
    const bad = asset({ name: "bad" }, () => {
      throw new FeedError("no feed", { cause: new Error("no network") });
    });
    await using repository = await Repository.open({ assets: [bad] });
    await repository.materialize({ raiseOnError: false });
    const [event] = await repository.storage.getEventsForAsset("bad", { types: ["StepFailure"] });
    expect(event?.metadata).toMatchObject({ error: { value: "no feed" } });
    expect((event as StepEvent).failure).toMatchObject({
      name: "FeedError",
      message: "no feed",
      causes: [{ name: "Error", message: "no network" }],
      frames: expect.arrayContaining([expect.stringContaining("thrown-values.test.ts")]),
    });
  });

  it.each<[string, () => unknown]>([
    ["a promise that rejects with undefined", () => Promise.reject()],
    [
      "a thenable whose then throws",
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a hostile thenable is the point
        then() {
          throw new Error("then has thrown");
        },
      }),
    ],
  ])("or returns %s fails", async (_, compute) => {
    await using repository = await Repository.open({ assets: [asset({ name: "bad" }, compute)] });
    expect((await repository.materialize({ raiseOnError: false })).failedAssets).toHaveLength(1);
    await expect(repository.materialize()).rejects.toMatchObject({ code: "StepFailed", asset: "bad" });
  });

  it("metadata that cannot be read fails, and is named", async () => {
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw throwing;
        },
      },
    );
    for (const metadata of [{ key: throwing }, { key: revoked() }, { key: Object.create(null) }, hostile, undefined, [1]]) {
      const bad = asset({ name: "bad" }, (_, context) => context.addOutputMetadata(metadata as never));
      await using repository = await Repository.open({ assets: [bad] });
      await expect(repository.materialize()).rejects.toMatchObject({ code: "MetadataError", asset: "bad" });
    }
  });
});

describe("a handler that throws", () => {
  it.each(thrown)("%s fails the write and the load", async (_, value) => {
    class Throwing extends InMemoryIOHandler {
      override handleOutput(): void {
        throw value;
      }
      override loadInput(): never {
        throw value;
      }
    }
    const source = asset({ name: "source", ioHandler: new Throwing() }, () => 1);
    const reader = asset({ name: "reader", inputs: { source } }, () => 1);
    await using repository = await Repository.open({ assets: [source, reader] });
    await expect(repository.materialize({ selection: ["source"] })).rejects.toMatchObject({ asset: "source" });
    await expect(repository.materialize({ selection: ["reader"] })).rejects.toMatchObject({ asset: "reader" });
    await expect(repository.write(source, 1)).rejects.toMatchObject({ asset: "source" });
  });
});

describe("a log and onProgress", () => {
  const loud = asset({ name: "loud" }, (_, { log }) => {
    log.info("text", throwing, revoked(), circular, Symbol("s"), 5n, undefined);
    log.error(throwing as never);
    return 1;
  });

  it.each<[string, () => unknown]>([
    ["throw", () => expect.unreachable()],
    ["reject", () => Promise.reject(new Error("rejected"))],
    ["return a promise that never settles", () => new Promise(() => {})],
    ["throw what cannot be shown", () => Promise.reject(revoked())],
  ])("that %s do not affect the run", async (_, call) => {
    const log = { debug: call, info: call, warn: call, error: call } as Log;
    await using repository = await Repository.open({ assets: [loud], log });
    const result = await repository.materialize({ onProgress: call as () => void });
    expect(result.success).toBe(true);
    expect(await repository.storage.getRunLogs(result.runId)).toHaveLength(2);
  });

  it("gets what an async onProgress rejects with", async () => {
    const error = new Error("no screen");
    const warn = vi.fn();
    const log = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
    await using repository = await Repository.open({ assets: [asset({ name: "a" }, () => 1)], log });
    await repository.materialize({ onProgress: async () => Promise.reject(error) });
    await new Promise((resolve) => setTimeout(resolve));
    expect(warn).toHaveBeenCalledWith("onProgress has thrown", error);
  });
});

describe("retryOn", () => {
  it.each<[string, () => unknown]>([
    ["throws", () => expect.unreachable()],
    ["rejects", () => Promise.reject(new Error("rejected"))],
  ])("that %s stops the retries, and the error of the function counts", async (_, retryOn) => {
    const compute = vi.fn(() => {
      throw new Error("the function");
    });
    const bad = asset({ name: "bad", retry: { maxRetries: 3, delayMs: 0, retryOn: retryOn as () => boolean } }, compute);
    await using repository = await Repository.open({ assets: [bad] });
    await expect(repository.materialize()).rejects.toThrow("the function");
    expect(compute).toHaveBeenCalledTimes(1);
  });
});

describe("a generator", () => {
  const outputs = { a: {}, b: {} };
  const first = Output(1, { name: "a" });
  class NoWrites extends InMemoryIOHandler {
    override handleOutput(): void {
      throw new Error("cannot write");
    }
  }

  it.each<[string, () => unknown]>([
    ["throws", () => expect.unreachable()],
    ["rejects", () => Promise.reject(new Error("return"))],
    ["returns no object", () => 5],
  ])("whose return() %s fails with the error that ended it", async (_, close) => {
    const yielding = { next: async () => ({ done: false, value: first }), return: close, [Symbol.asyncIterator]: () => yielding };
    const bad = multiAsset({ name: "bad", outputs, ioHandler: new NoWrites() }, () => yielding as never);
    await using repository = await Repository.open({ assets: [bad] });
    await expect(repository.materialize()).rejects.toMatchObject({ asset: "a", cause: { message: "cannot write" } });
  });

  it("whose cleanup never ends is waited for some seconds only", async () => {
    vi.useFakeTimers();
    try {
      const bad = multiAsset({ name: "bad", outputs, ioHandler: new NoWrites() }, async function* () {
        try {
          yield first;
        } finally {
          await new Promise(() => {});
        }
      });
      await using repository = await Repository.open({ assets: [bad] });
      const failed = expect(repository.materialize()).rejects.toMatchObject({ cause: { message: "cannot write" } });
      await vi.advanceTimersByTimeAsync(5000);
      await failed;
    } finally {
      vi.useRealTimers();
    }
  });

  it("cleans up before a retry starts", async () => {
    const order: string[] = [];
    const retried = multiAsset(
      { name: "retried", outputs, ioHandler: new NoWrites(), retry: { maxRetries: 1, delayMs: 0 } },
      async function* () {
        order.push("start");
        try {
          yield first;
        } finally {
          await Promise.resolve();
          order.push("end");
        }
      },
    );
    await using repository = await Repository.open({ assets: [retried] });
    await repository.materialize({ raiseOnError: false });
    expect(order).toEqual(["start", "end"]);
  });

  it("that yields one output twice fails", async () => {
    const twice = multiAsset({ name: "twice", outputs }, async function* () {
      yield first;
      yield first;
      yield Output(2, { name: "b" });
    });
    await using repository = await Repository.open({ assets: [twice] });
    const result = await repository.materialize({ raiseOnError: false });
    expect(result.failedAssets).toMatchObject([{ name: "b", error: { code: "DefinitionError" } }]);
    await expect(repository.materialize()).rejects.toThrow('yielded its output "a" twice');
  });

  it("may be synchronous", async () => {
    const both = multiAsset({ name: "both", outputs }, function* (_, context) {
      context.registerDataVersion("v1");
      yield first;
      yield Output("two", { name: "b" });
    });
    await using repository = await Repository.open({ assets: [both] });
    expect((await repository.materialize()).materializedAssets).toEqual(["a", "b"]);
    const [a, b]: [number, string] = [await repository.load(both.outputs.a), await repository.load(both.outputs.b)];
    expect([a, b]).toEqual([1, "two"]);
    expect((await repository.storage.getLatestMaterialization("a"))?.dataVersion).toBe("v1");
    expect((await repository.storage.getLatestMaterialization("b"))?.dataVersion).not.toBe("v1");
  });
});

describe("an executor", () => {
  const assets = [asset({ name: "a" }, () => 1), asset({ name: "b" }, () => 2)];
  const error = new Error("no workers");

  it.each<[string, Executor["execute"], readonly string[]]>([
    ["throws", () => expect.unreachable(), ["a", "b"]],
    ["rejects", () => Promise.reject(error), ["a", "b"]],
    [
      "rejects after a step",
      async ({ plan, runStep }: Execution) => {
        await runStep(plan[0] as never);
        throw error;
      },
      ["b"],
    ],
    [
      "rejects while a step is running",
      async ({ plan, runStep }: Execution) => {
        void runStep(plan[0] as never);
        throw error;
      },
      ["b"],
    ],
    ["forgets its steps", async () => new Map(), ["a", "b"]],
    ["returns nothing", async () => undefined as never, ["a", "b"]],
  ])("that %s fails what it has not made, and the run ends", async (_, execute, failed) => {
    await using repository = await Repository.open({ assets, executor: { name: "broken", execute } });
    const result = await repository.materialize({ raiseOnError: false });
    expect(result.failedAssets.map(({ name }) => name)).toEqual(failed);
    expect((await repository.storage.getRun(result.runId))?.status).toBe("Failure");
  });

  it("that never ends is not waited for after an abort", async () => {
    const executor: Executor = { name: "stuck", execute: () => new Promise(() => {}) };
    await using repository = await Repository.open({ assets, executor });
    const controller = new AbortController();
    const onProgress = ({ type }: ProgressEvent): void => {
      if (type === "run-start") controller.abort();
    };
    await expect(repository.materialize({ signal: controller.signal, onProgress })).rejects.toMatchObject({ code: "Aborted" });
    expect((await repository.storage.getRuns())[0]?.status).toBe("Canceled");
  });
});

it("keeps a Storage usable after all of this", async () => {
  const storage = Storage.memory();
  for (const [, value] of thrown) {
    const bad = asset({ name: "bad" }, () => {
      throw value;
    });
    await using repository = await Repository.open({ assets: [bad], storage });
    await repository.materialize({ raiseOnError: false });
  }
  const lines = await Array.fromAsync(storage.export());
  await Storage.memory().import(lines);
});
