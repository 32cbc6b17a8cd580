/** How soon a tab sees what another has committed. */
import { Storage } from "edgewater";

declare global {
  interface Window {
    /** Begins to watch for so many commits of other tabs. */
    watchCommits(count: number): Promise<void>;
    /** When each of them was seen, in milliseconds of the system's clock. */
    seenCommits(): Promise<readonly number[]>;
    /** Commits an event so many times with a pause before each, and returns when each commit began. */
    makeCommits(count: number): Promise<readonly number[]>;
  }
}

const pauseMs = 40;
const now = (): number => performance.timeOrigin + performance.now();
const open = (): Promise<Storage> => Storage.embedded("bench-tabs");
let seen: Promise<readonly number[]> = Promise.resolve([]);

async function watchCommits(count: number): Promise<void> {
  const storage = await open();
  const watch = async (): Promise<readonly number[]> => {
    const times: number[] = [];
    // Nothing is seen by looking again: tabs tell each other of commits.
    for await (const { timestamp } of storage.subscribe({ intervalMs: 3_600_000 })) {
      times[timestamp] = now();
      if (timestamp === count - 1) break;
    }
    await storage.close();
    return times;
  };
  seen = watch();
}

async function makeCommits(count: number): Promise<readonly number[]> {
  const storage = await open();
  const times: number[] = [];
  for (let timestamp = 0; timestamp < count; timestamp++) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const event = { eventType: "Materialization", assetKey: "asset", partitionKey: undefined, runId: "run", timestamp } as const;
    times.push(now());
    await storage.commit({ events: [{ ...event, dataVersion: "1", codeVersion: undefined, inputDataVersions: {}, metadata: {} }] });
  }
  await storage.close();
  return times;
}

/** What the page offers to those who drive it. */
export const betweenTabs = { watchCommits, makeCommits, seenCommits: () => seen };
