import { Storage } from "edgewater";

/** What one tab has seen. */
export interface Seen {
  /** The events in the order in which a subscription returned them. */
  readonly events: readonly (readonly [id: number, asset: string])[];
  /** The counter at the end. */
  readonly counter: number;
}

declare global {
  interface Window {
    /** Commits `own` events and increments the counter as often, while a subscription reads `all` events of all tabs. */
    commitAndWatch(tab: string, own: number, all: number): Promise<Seen>;
  }
}

window.commitAndWatch = async (tab, own, all) => {
  const storage = await Storage.embedded("tabs");
  const events: [number, string][] = [];
  const watching = (async () => {
    // Nothing is seen by looking again: tabs tell each other of commits.
    for await (const { id, assetKey = "" } of storage.subscribe({ intervalMs: 3_600_000 })) {
      events.push([id, assetKey]);
      if (events.length === all) return;
    }
  })();
  for (let index = 0; index < own; ) {
    const before = await storage.kvGet("counter");
    const next = new Uint8Array([(before?.[0] ?? 0) + 1]);
    if (!(await storage.kvCompareAndSet("counter", before, next))) continue;
    await storage.commit({
      events: [
        {
          eventType: "Materialization",
          assetKey: tab,
          partitionKey: undefined,
          runId: `run of ${tab}`,
          timestamp: index,
          dataVersion: `${index}`,
          codeVersion: undefined,
          inputDataVersions: {},
          metadata: {},
        },
      ],
    });
    index++;
  }
  await watching;
  const counter = (await storage.kvGet("counter"))?.[0] ?? 0;
  await storage.close();
  return { events, counter };
};
