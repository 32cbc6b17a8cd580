import { inProcess } from "edgewater";
import { executorCases, fakeEngine, fakeQueue } from "edgewater/testing";
import { describe, it } from "vitest";
import { reachedStorage, reachedStore } from "../../support/reached.ts";

const place = () => ({ storage: reachedStorage(), store: reachedStore() });

const here = place();
describe("inProcess()", () => {
  it.each(executorCases("here"))("$name", ({ run }) => run({ ...here, executor: inProcess() }));
});

const queue = place();
describe("a queue", () => {
  it.each(executorCases("workers"))("$name", ({ run }) => run({ ...queue, executor: fakeQueue(queue) }));
});

const engines = { name: place(), index: place() } as const;
describe.each(["name", "index"] as const)("an engine that remembers steps by their %s", (by) => {
  it.each(executorCases("engine"))("$name", ({ run }) => run({ ...engines[by], ...fakeEngine(by) }));
});
