import type { Holder } from "./types.ts";

const lockName = (name: string): string => `edgewater/holder/${name}`;

let current: Promise<Holder> | undefined;

/**
 * This window or worker as a holder of claims. It holds a Web Lock until it ends, so a free lock shows that a holder has ended:
 * https://w3c.github.io/web-locks/. Without Web Locks nothing is certain.
 */
export function currentHolder(): Promise<Holder> {
  current ??= holdLock();
  return current;
}

async function holdLock(): Promise<Holder> {
  const name = crypto.randomUUID();
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return { name, namesMachine: false, separatesRequests: false, hasEnded: async () => false };
  await new Promise<void>((resolve) => {
    const forever = new Promise<never>(() => {});
    locks
      .request(lockName(name), () => {
        resolve();
        return forever;
      })
      .catch(() => resolve());
  });
  return {
    name,
    namesMachine: false,
    separatesRequests: false,
    hasEnded: async (other) => {
      if (other === name) return false;
      const { held = [], pending = [] } = await locks.query();
      return ![...held, ...pending].some((lock) => lock.name === lockName(other));
    },
  };
}
