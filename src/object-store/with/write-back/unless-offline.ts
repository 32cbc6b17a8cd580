import { EdgewaterError } from "../../../errors.ts";
import { wrap } from "../wrap.ts";
import type { FarStore } from "./types.ts";

/** The far store. While the browser knows that it is offline, it fails at once instead of after all retries. */
export function unlessOffline(far: FarStore): FarStore {
  const reachable = (): void => {
    if (far.reach !== undefined || globalThis.navigator?.onLine !== false) return;
    throw new EdgewaterError("Unavailable", `Cannot reach ${far.name}: the browser is offline`, { store: far.name });
  };
  const online = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    reachable();
    return work();
  };
  return wrap(far, (inner) => ({
    put: (...call) => online(() => inner.put(...call)),
    get: (...call) => online(() => inner.get(...call)),
    head: (...call) => online(() => inner.head(...call)),
    delete: (...call) => online(() => inner.delete(...call)),
    list: async function* (...call) {
      reachable();
      yield* inner.list(...call);
    },
  })) as FarStore;
}
