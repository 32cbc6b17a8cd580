import { inProcess, Storage } from "edgewater";
import { type ExecutorStage, executorCases, fakeEngine, fakeQueue, temporaryStore } from "edgewater/testing";
import { describe, it } from "vitest";

/** Records in memory that fakes of engines reach: their workers are in this isolate. */
function reached(storage: Storage): Storage {
  return new Proxy(storage, {
    get: (_, name) => {
      if (name === "reach") return "anywhere";
      const value = Reflect.get(storage, name);
      return typeof value === "function" ? value.bind(storage) : value;
    },
  });
}

async function place(): Promise<Pick<ExecutorStage, "storage" | "store">> {
  const store = await temporaryStore();
  return { storage: reached(Storage.memory()), store: Object.assign(store, { reach: "anywhere" as const }) };
}

const here = await place();
describe("inProcess()", () => {
  it.each(executorCases("here"))("$name", ({ run }) => run({ ...here, executor: inProcess() }));
});

const queue = await place();
describe("a queue", () => {
  it.each(executorCases("workers"))("$name", ({ run }) => run({ ...queue, executor: fakeQueue(queue) }));
});

const engines = { name: await place(), index: await place() } as const;
describe.each(["name", "index"] as const)("an engine that remembers steps by their %s", (by) => {
  it.each(executorCases("engine"))("$name", ({ run }) => run({ ...engines[by], ...fakeEngine(by) }));
});
