/** A tab that begins a run over remote records and a store in the cloud, and does not come to its end. */
import { Repository, Storage } from "edgewater";
import { remote } from "edgewater/remote";
import { assetsOf, type Place, storeOf } from "../pipeline.ts";

/** What the tab is told. */
export interface TabOptions {
  readonly place: Place;
  /** URL of the records, and their token. */
  readonly records: { readonly url: string; readonly token: string };
  /** The asset whose value is written to the store and never recorded. */
  readonly stopAfter: string;
}

/** What the tab has done when it stops. */
export interface TabReport {
  readonly runId: string;
  readonly calls: readonly string[];
}

declare global {
  interface Window {
    /** Begins the run, and resolves when it stands still. */
    begin: (options: TabOptions) => Promise<TabReport>;
  }
}

window.begin = async ({ place, records, stopAfter }) => {
  const { promise: isStopped, resolve: stop } = Promise.withResolvers<void>();
  const store = storeOf(place);
  const stopping = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return async (...given: readonly unknown[]) => {
        const result: unknown = await value.apply(target, given);
        if (name !== "put" || !String(given[0]).includes(stopAfter)) return result;
        stop();
        return new Promise(() => {});
      };
    },
  });
  const calls: string[] = [];
  const assets = Object.values(assetsOf(stopping, place, (name) => calls.push(name)));
  const storage = await Storage.connect(remote(records.url, { token: records.token }));
  const repository = await Repository.open({ assets, storage });
  const run = repository.materialize({ leaseMs: 1000 });
  await Promise.race([isStopped, run]);
  const [begun] = await storage.getRuns();
  return { runId: begun?.runId ?? "", calls };
};
