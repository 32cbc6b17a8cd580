import { toHex } from "../encoding/hex.ts";
import type { StoredEvent } from "../storage/types.ts";
import { attentionOf } from "./attention.ts";
import { edgesOf } from "./edges.ts";
import type { Can, NodeRow, RunRow, Snapshot } from "./inspection.ts";
import { nodeRows } from "./node-rows.ts";
import { type Records, readRecords } from "./records.ts";
import { newestRuns } from "./runs.ts";
import type { Subject } from "./subject.ts";

/** How many runs are on the first screen. */
const mostRuns = 20;
/** Of how many nodes the size of the latest value is read, in a repository that has no more. */
const mostSizes = 500;
/** How many events are read at the same time. */
const concurrency = 32;

/** The rows of all nodes as of an event. */
export interface KnownRows {
  readonly cursor: number;
  readonly rows: readonly NodeRow[];
}

/** What a snapshot says that no record does. */
export interface Title {
  readonly name: string;
  readonly where: string;
  readonly can: Can;
}

/** Everything for the first screen. Reads the records alone. */
export async function takeSnapshot(subject: Subject, { name, where, can }: Title): Promise<Snapshot> {
  // Before the rest: every event up to it is included.
  const cursor = await lastEventId(subject);
  const records = await readRecords(subject);
  await readSizes(subject, records);
  const [nodes, runs] = [nodeRows(subject, records), await newestRuns(subject.storage, mostRuns)];
  const attention = await attentionOf(subject, records, nodes, runs);
  const content = { name, where, can, nodes, edges: edgesOf(subject), runs, attention };
  return { etag: await etagOf(cursor, content), cursor, now: Date.now(), ...content };
}

/** The id of the last event, as far as the newest runs and the latest records tell. */
async function lastEventId({ storage, nodes, running }: Subject): Promise<number> {
  const [latest, runs] = await Promise.all([
    storage.getLatestRecords(nodes.map(({ definition }) => ({ assetKey: definition.name }))),
    storage.getRuns({ limit: mostRuns }),
  ]);
  const known = latest.reduce(
    (last, { lastEventId: event = 0, lastFailureId: failure = 0 }) => Math.max(last, event, failure),
    running.lastEventId,
  );
  const ends = await Promise.all(
    runs.map(({ runId }) => storage.getEventsForRun(runId, { types: ["RunStart", "RunEnd"], after: known, limit: 10 })),
  );
  return ends.flat().reduce((last, { id }) => Math.max(last, id), known);
}

/** Reads the latest events, which tell sizes, of a repository that is not large. */
async function readSizes(subject: Subject, { nodes }: Records): Promise<void> {
  if (nodes.length > mostSizes) return;
  const unknown = nodes.filter(({ latest }) => latest?.lastEventId !== undefined && subject.toldBy(latest.lastEventId) === undefined);
  for (let start = 0; start < unknown.length; start += concurrency) {
    const reading = unknown.slice(start, start + concurrency).map(async ({ node, latest }) => {
      const last = (latest?.lastEventId ?? 0) - 1;
      const [event] = await subject.storage.getEventsForAsset(node.definition.name, { after: last, limit: 1 });
      if (event?.id === last + 1) subject.note(event as StoredEvent);
    });
    await Promise.all(reading);
  }
}

/** A text that is equal for equal content. How long runs have been silent does not count. */
async function etagOf(cursor: number, { runs, ...content }: Omit<Snapshot, "etag" | "cursor" | "now">): Promise<string> {
  const still = runs.map(({ silentMs: _, ...run }: RunRow) => run);
  const bytes = new TextEncoder().encode(JSON.stringify([cursor, content, still]));
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))).slice(0, 32);
}
