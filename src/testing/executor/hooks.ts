/** How the cases of an executor watch and stop what happens in workers: by keys of the Storage that both sides share. */
import { EdgewaterError, throwIfAborted } from "../../errors.ts";
import type { ObjectStore } from "../../object-store/types.ts";
import { sleep } from "../../retry.ts";
import type { Batch, Storage } from "../../storage/types.ts";

/** Ends the worker that calls it, and never returns. */
export type Die = () => Promise<never>;

const callKey = (name: string): string => `suite/call/${name}/`;
const gateKey = (name: string): string => `suite/gate/${name}`;
const orderKey = (name: string): string => `suite/order/${name}`;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** What a worker is told to do at a point, once. */
type Order = "die" | "lose the answer";

/** The keys that steer the functions, the Storage and the store of a repository. */
export class Hooks {
  readonly #storage: Storage;
  readonly #die: Die | undefined;

  constructor(storage: Storage, die?: Die) {
    this.#storage = storage;
    this.#die = die;
  }

  /** Notes a call of a function. */
  async called(name: string): Promise<void> {
    await this.#storage.kvSet(callKey(name) + crypto.randomUUID(), text("called"));
    await this.reach("function", name);
  }

  /** How often a function was called. */
  async count(name: string): Promise<number> {
    return (await this.#storage.kvList(callKey(name))).length;
  }

  /** Waits until a gate is open. */
  async gate(name: string, signal?: AbortSignal): Promise<void> {
    while ((await this.#storage.kvGet(gateKey(name))) === undefined) {
      throwIfAborted(signal);
      await sleep(5, {});
    }
  }

  /** Opens a gate. */
  open(name: string): Promise<void> {
    return this.#storage.kvSet(gateKey(name), text("open"));
  }

  /** Waits until a function was called so many times. */
  async untilCalled(name: string, times: number): Promise<void> {
    while ((await this.count(name)) < times) await sleep(5, {});
  }

  /** Tells the next worker what to do when it reaches a point. */
  order(point: string, name: string, order: Order): Promise<void> {
    return this.#storage.kvSet(orderKey(`${point}/${name}`), text(order));
  }

  /** Does what is ordered at a point. Orders are for workers. */
  async reach(point: string, name: string): Promise<void> {
    if (this.#die === undefined) return;
    const key = orderKey(`${point}/${name}`);
    const order = await this.#storage.kvGet(key);
    if (order === undefined || !(await this.#storage.kvCompareAndSet(key, order, undefined))) return;
    if (new TextDecoder().decode(order) === "die") await this.#die();
    throw new EdgewaterError("Unavailable", `The answer was lost after ${point} ${name}`);
  }
}

/** A Storage that stops before and after the commits of steps. */
export function hookedStorage(storage: Storage, hooks: Hooks): Storage {
  const commit = async (batch: Batch): ReturnType<Storage["commit"]> => {
    const { events = [] } = batch;
    const of = (type: string): string | undefined => events.find(({ eventType }) => eventType === type)?.assetKey;
    const [started, made] = [of("StepStart"), of("Materialization")];
    if (started !== undefined) await hooks.reach("claim", started);
    if (made !== undefined) await hooks.reach("written", made);
    const stored = await storage.commit(batch);
    if (started !== undefined) await hooks.reach("claimed", started);
    if (made !== undefined) await hooks.reach("recorded", made);
    return stored;
  };
  return new Proxy(storage, {
    get: (_, name) => {
      if (name === "commit") return commit;
      const value = Reflect.get(storage, name);
      return typeof value === "function" ? value.bind(storage) : value;
    },
  });
}

/** A store that stops before its reads and writes. Keys are `<asset>.superjson`. */
export function hookedStore(store: ObjectStore, hooks: Hooks): ObjectStore {
  const nameOf = (key: string): string => decodeURIComponent(key.replace(/\.superjson$/, ""));
  return new Proxy(store, {
    get: (_, name) => {
      if (name === "get")
        return async (key: string, options?: never) => hooks.reach("load", nameOf(key)).then(() => store.get(key, options));
      if (name === "put")
        return async (key: string, body: never, options?: never) =>
          hooks.reach("write", nameOf(key)).then(() => store.put(key, body, options));
      const value = Reflect.get(store, name);
      return typeof value === "function" ? value.bind(store) : value;
    },
  });
}
