import { EdgewaterError } from "../../errors.ts";
import type { Batch, Storage } from "../../storage/types.ts";
import { broken, type ExecutorCase, type ExecutorKind, executorCase, madeBy, openStage, same, succeeded } from "./check.ts";
import { killPoints } from "./suite.ts";

const everywhere: readonly ExecutorKind[] = ["here", "workers", "engine"];

/** A Storage whose process is killed before or after one of its commits. */
function killedAt(storage: Storage, isLast: (batch: Batch) => boolean, when: "before" | "after"): Storage {
  let isDead = false;
  const commit = async (batch: Batch): ReturnType<Storage["commit"]> => {
    if (isDead) throw new EdgewaterError("Unavailable", "the process was killed");
    if (!isLast(batch)) return storage.commit(batch);
    isDead = true;
    if (when === "after") await storage.commit(batch);
    throw new EdgewaterError("Unavailable", "the process was killed");
  };
  return new Proxy(storage, {
    get: (_, name) => {
      if (name === "commit") return commit;
      const value = Reflect.get(storage, name);
      return typeof value === "function" ? value.bind(storage) : value;
    },
  });
}

const isOf =
  (type: string) =>
  ({ events = [] }: Batch): boolean =>
    events.some(({ eventType }) => eventType === type);

/** Workers and processes that are killed, and answers that are lost. */
export const lossCases: readonly ExecutorCase[] = [
  ...killPoints.map((point) =>
    executorCase(
      `ends a step whose worker is killed at the point "${point}", and records it once`,
      ["workers"],
      async ({ repository, hooks, make, stage }) => {
        const asset = `kill.${point}`;
        await hooks.order(point, point === "load" ? `${asset}.input` : asset, "die");
        const result = await make([asset], { includeUpstream: true });
        succeeded(result);
        same((await madeBy(stage.storage, asset, result.runId)).length, 1, "records");
        same(await repository.load(asset), 2, "the value");
        const calls = await hooks.count(asset);
        const most = point === "function" || point === "write" || point === "written" ? 2 : 1;
        if (calls < 1 || calls > most) throw broken(`the function was called ${calls} times`);
        const [status] = await repository.status({ selection: [asset] });
        same([status?.status, status?.uncommitted], ["UpToDate", undefined], "the status");
      },
    ),
  ),
  executorCase("ends a step whose answer from the Storage is lost, and records it once", ["workers"], async ({ hooks, make, stage }) => {
    await hooks.order("recorded", "lost.one", "lose the answer");
    const result = await make(["lost.one"]);
    succeeded(result);
    same((await madeBy(stage.storage, "lost.one", result.runId)).length, 1, "records");
    same(await hooks.count("lost.one"), 1, "calls");
  }),
  executorCase("goes on with a run whose own process is killed when it begins or ends it", everywhere, async ({ hooks, stage, make }) => {
    for (const when of ["before", "after"] as const) {
      for (const type of ["RunStart", "RunEnd"]) {
        const runId = crypto.randomUUID();
        const calls = await hooks.count("restart.one");
        const options = { selection: ["restart.one", "restart.two"], runId };
        {
          await using killed = await openStage(stage, { storage: killedAt(stage.storage, isOf(type), when) });
          const materialize = stage.materialize ?? ((from, given) => from.materialize(given));
          await materialize(killed, options).catch(() => {});
        }
        const result = await make(options.selection, { runId });
        succeeded(result);
        same(result.runId, runId, "the run");
        for (const asset of options.selection)
          same((await madeBy(stage.storage, asset, runId)).length, 1, `records of ${asset} (${when} ${type})`);
        same(await hooks.count("restart.one"), calls + 1, `calls (${when} ${type})`);
        // Once more: the recorded result.
        succeeded(await make(options.selection, { runId }));
        same(await hooks.count("restart.one"), calls + 1, "calls after the end");
      }
    }
  }),
];
