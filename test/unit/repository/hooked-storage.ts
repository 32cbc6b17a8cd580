import type { Batch, Storage } from "edgewater";

type Commit = Storage["commit"];

/** A Storage whose commits go through a hook, as if the process were slow, frozen or killed there. */
export function hooked(storage: Storage, onCommit: (batch: Batch, commit: Commit) => ReturnType<Commit>, reach = storage.reach): Storage {
  return new Proxy(storage, {
    get: (_, name) => {
      if (name === "reach") return reach;
      if (name === "commit") return (batch: Batch) => onCommit(batch, (given) => storage.commit(given));
      const value = Reflect.get(storage, name);
      return typeof value === "function" ? value.bind(storage) : value;
    },
  });
}

/** Whether a batch records a materialization of an asset. */
export function records({ events = [] }: Batch, name: string): boolean {
  return events.some(({ eventType, assetKey }) => eventType === "Materialization" && assetKey === name);
}

/** A Storage that fails from the first commit on that is the last one of its process. */
export function killedAt(storage: Storage, isLast: (batch: Batch) => boolean, reach = storage.reach): Storage {
  let isDead = false;
  const commit = async (batch: Batch, inner: Commit): ReturnType<Commit> => {
    isDead ||= isLast(batch);
    if (isDead) throw new Error("killed");
    return inner(batch);
  };
  return hooked(storage, commit, reach);
}
