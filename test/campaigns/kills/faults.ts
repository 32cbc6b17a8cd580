/** Two repositories that make the same graph in one process, while calls of their Storage and store fail, or lose their answers. */
import { EdgewaterError, isEdgewaterError, MemoryStore, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { type Keeps, withLess } from "../../support/less-store.ts";
import { judge } from "./judge.ts";
import { assetsOf, everything } from "./pipeline.ts";
import type { Outcome } from "./processes.ts";

/** How a run may end while calls fail and others make the same. */
const expectedEnds: ReadonlySet<string> = new Set(["Success", "InProgress", "PreconditionFailed", "TakenOver", "Conflict", "Unavailable"]);

/** Which calls fail. */
const fallible: ReadonlySet<string> = new Set([
  "commit",
  "getLatestRecords",
  "getLatestMaterialization",
  "getEventsForAsset",
  "getEventsForRun",
  "getLeases",
  "getRun",
  "getRuns",
  "kvGet",
  "kvList",
  "put",
  "get",
  "head",
]);

/** An object whose calls fail, before or after they have happened, with a probability. */
function failing<Target extends object>(target: Target, probability: number, random: () => number, isOver: () => boolean): Target {
  return new Proxy(target, {
    get: (_, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (!fallible.has(String(name))) return value.bind(target);
      return async (...given: unknown[]) => {
        const lot = random() / (isOver() ? 0 : probability);
        for (let ticks = Math.floor(random() * 20); ticks > 0; ticks--) await Promise.resolve();
        if (lot < 0.5) throw new EdgewaterError("Unavailable", `${String(name)} has failed`);
        const result = await value.apply(target, given);
        if (lot < 1) throw new EdgewaterError("Unavailable", `${String(name)} has lost its answer`);
        return result;
      };
    },
  });
}

/** One round: both make and resume runs some times; then everything that is left is checked. */
export async function failCalls(keeps: Keeps, random: () => number, outcome: Outcome): Promise<void> {
  await using storage = Storage.memory();
  const store = withLess(new MemoryStore(), keeps);
  const acknowledged = new Set<number>();
  let isOver = false;
  const probability = 0.002 + random() * 0.03;
  const competitor = async (): Promise<void> => {
    const repository = await Repository.open({
      assets: Object.values(assetsOf()),
      storage: failing(storage, probability, random, () => isOver),
      ioHandler: new SuperJsonIOHandler({ store: failing(store, probability, random, () => isOver) }),
      ...(random() < 0.5 && { retry: { maxRetries: 2, delayMs: 0 } }),
    });
    for (let turn = 0; turn < 4; turn++) {
      const [run] = await storage.getRuns({ limit: 1 });
      const lot = random();
      const force = random() < 0.2;
      const resume = lot < 0.3 ? true : lot < 0.7 && run !== undefined ? { run: run.runId, force } : undefined;
      const onProgress = (event: { readonly type: string; readonly event?: { readonly id: number } }): void => {
        if (event.type === "output" && event.event) acknowledged.add(event.event.id);
      };
      const code = await repository.materialize({ ...everything, ...(resume && { resume }), onProgress }).then(
        () => "Success",
        (error: unknown) => {
          const code = isEdgewaterError(error) ? error.code : "unknown";
          if (!expectedEnds.has(code)) outcome.problems.push(`a run has ended with ${code}: ${(error as Error).stack}`);
          return code;
        },
      );
      outcome.ends[code] = (outcome.ends[code] ?? 0) + 1;
    }
    await repository.close();
  };
  await Promise.all([competitor().catch((error) => outcome.ends[error.code] ?? 0), competitor().catch(() => undefined)]);
  isOver = true;
  outcome.kills++;
  outcome.problems.push(...(await judge({ storage, store, acknowledged, isConditional: keeps === "etags and metadata" })));
}
