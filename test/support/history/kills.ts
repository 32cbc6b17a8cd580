/** Processes that are killed at any call to their Storage or their store: what they leave is true, and the next process goes on. */
import type { Storage, StoredEvent } from "edgewater";
import {
  checkNoGarbage,
  codeOf,
  eventsOf,
  type HistoryStore,
  later,
  type Opened,
  open,
  type Place,
  places,
  type Shared,
  versionsIn,
} from "./shared.ts";

const place = places[0] as Place;

/** What a process does when it is killed. */
export interface Work {
  readonly name: string;
  readonly run: (by: Opened, before: { readonly second: StoredEvent }) => Promise<unknown>;
  /** The values that the place may have afterwards; undefined: none. */
  readonly mayHave: readonly (number | undefined)[];
}

/** Every work begins with the versions 1, 2 and 1 again, which rolls back to the first. */
export const works: readonly Work[] = [
  { name: "a write", run: ({ write }) => write(place, 7), mayHave: [1, 7] },
  { name: "a write of equal bytes", run: ({ write }) => write(place, 1), mayHave: [1] },
  { name: "a run", run: ({ repository }) => repository.materialize({ selection: ["one"] }), mayHave: [1, 7] },
  { name: "a rollback", run: ({ rollback }, { second }) => rollback(place, second.id), mayHave: [1, 2] },
  { name: "a prune", run: ({ prune }) => prune({ keep: 1, before: later() }), mayHave: [1] },
  { name: "a wipe", run: ({ wipe }) => wipe(place), mayHave: [1, undefined] },
];

/** Kills a work at its nth call, before the call is done or after it. Returns what does not hold; undefined when it has fewer calls. */
export async function playKill(
  { run, mayHave }: Work,
  shared: Shared,
  at: number,
  isDone: boolean,
): Promise<readonly string[] | undefined> {
  const first = await open(shared);
  const { id } = await first.write(place, 1);
  const second = await first.write(place, 2);
  await first.rollback(place, id);
  const known = new Map((await eventsOf(shared, place)).map((event) => [event.id, event.dataVersion]));
  const victim = new Victim(at, isDone);
  await codeOf(Promise.race([open(victim.processOf(shared), () => 7).then((by) => run(by, { second })), victim.death]));
  if (!victim.isDead) return undefined;
  // The calls of a killed process that were under way end.
  await victim.settled();
  return checkAfter(shared, mayHave, known);
}

async function checkAfter(shared: Shared, mayHave: Work["mayHave"], known: ReadonlyMap<number, string>): Promise<readonly string[]> {
  const { storage } = shared;
  const problems: string[] = [];
  const next = await open(shared, () => 7);
  const loaded = (at?: number): Promise<number | undefined> =>
    next.load(place, at).catch((error: { readonly code?: string }) => {
      if (error.code === "NotFound") return undefined;
      throw error;
    });
  const value = await loaded();
  if (!mayHave.includes(value)) problems.push(`the value is ${value}`);
  const status = (await next.repository.status({ selection: ["one"] }))[0]?.status;
  if (status !== (value === undefined ? "Missing" : "UpToDate")) problems.push(`the status of ${value} is ${status}`);
  for (const { id, dataVersion } of await eventsOf(shared, place)) {
    const found = await loaded(id);
    if (found === undefined) problems.push(`the event ${id} is kept and its value is gone`);
    if (known.has(id) && known.get(id) !== dataVersion) problems.push(`the event ${id} was changed`);
  }
  // Runs that were killed are resumed or canceled; then nothing is left that no record names.
  for (const { runId, kind, status: state } of await storage.getRuns()) {
    if (state !== "Interrupted" && state !== "Started") continue;
    if (kind !== "materialize") await storage.setRunOutcome(runId, "Canceled");
    else {
      await next.repository.materialize({ resume: { run: runId, force: true } });
      if ((await next.load(place)) !== 7) problems.push("a resumed run has not made its value");
      const own = (await eventsOf(shared, place)).filter((event) => event.runId === runId);
      if (own.length !== 1) problems.push(`a resumed run has recorded ${own.length} values`);
    }
  }
  problems.push(...(await checkNoGarbage(shared, next)));
  await next.write(place, 9);
  if ((await next.load(place)) !== 9) problems.push("the next write is not loaded");
  problems.push(...(await checkNoGarbage(shared, next)));
  await next.wipe(place);
  const left = (await versionsIn(shared.store)).filter((key) => key.startsWith("p/one/"));
  if (left.length > 0) problems.push(`a wipe leaves ${left.join(", ")}`);
  return problems;
}

/** A process that makes its nth call and none after it. */
class Victim {
  isDead = false;
  readonly death: Promise<never>;
  readonly #at: number;
  readonly #isDone: boolean;
  readonly #underWay = new Set<Promise<unknown>>();
  #calls = 0;
  #die: () => void = () => {};

  constructor(at: number, isDone: boolean) {
    this.#at = at;
    this.#isDone = isDone;
    this.death = new Promise((_, reject) => {
      this.#die = () => reject(new Error("killed"));
    });
    this.death.catch(() => {});
  }

  /** The Storage and the store as the process sees them. */
  processOf({ storage, store }: Shared): Shared {
    const names = ["put", "get", "head", "list", "delete"];
    return {
      storage: this.#proxy(storage, (name) => name !== "close" && name !== "subscribe" && name !== "export") as Storage,
      store: this.#proxy(store, (name) => names.includes(name)) as HistoryStore,
    };
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  #proxy(target: object, isCall: (name: string) => boolean): unknown {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        const call = value.bind(target);
        if (typeof name !== "string" || !isCall(name)) return call;
        return (...given: unknown[]) => (name === "list" ? this.#list(() => call(...given)) : this.#call(() => call(...given)));
      },
    });
  }

  async *#list(list: () => AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
    await this.#call(async () => {});
    yield* list();
  }

  /** The calls of a dead process never end. */
  async #call(work: () => Promise<unknown>): Promise<unknown> {
    if (this.isDead) return new Promise(() => {});
    this.#calls++;
    if (this.#calls < this.#at) {
      const doing = work();
      this.#underWay.add(doing);
      return doing;
    }
    this.isDead = true;
    if (this.#isDone) await work().catch(() => {});
    this.#die();
    return new Promise(() => {});
  }
}
