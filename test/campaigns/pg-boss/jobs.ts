/** Watches the table of pg-boss: when it finds that a worker is silent, and when another one goes on. */
import { setTimeout } from "node:timers/promises";
import postgres from "postgres";

/** Times in milliseconds. */
export interface Recoveries {
  /** From the moment at which a worker had been silent for its heartbeat, to that at which pg-boss gave its job back. */
  readonly detected: number[];
  /** From that moment to the one at which another worker had the job. */
  readonly takenOver: number[];
}

interface Job {
  readonly id: string;
  readonly state: string;
  readonly retries: number;
  readonly heartbeat: number | null;
  readonly started: number | null;
  readonly now: number;
}

/** The time between two looks at the table, in milliseconds. */
const everyMs = 50;

/** Watches until the signal is aborted. */
export async function watchJobs(url: string, heartbeatMs: number, signal: AbortSignal): Promise<Recoveries> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const recoveries: Recoveries = { detected: [], takenOver: [] };
  const beats = new Map<string, { readonly beat: number; readonly seen: number }>();
  const detections = new Map<string, number>();
  while (!signal.aborted) {
    const jobs = await sql<Job[]>`
      SELECT id, state, retry_count AS retries,
        extract(epoch FROM heartbeat_on)::float8 * 1000 AS heartbeat,
        extract(epoch FROM started_on)::float8 * 1000 AS started,
        extract(epoch FROM clock_timestamp())::float8 * 1000 AS now
      FROM pgboss.job WHERE name = 'edgewater-steps' AND (state IN ('active', 'retry') OR retry_count > 0)`;
    for (const { id, state, retries, heartbeat, started, now } of jobs) {
      const attempt = `${id} ${retries}`;
      if (state === "active" && heartbeat !== null) beats.set(attempt, { beat: heartbeat, seen: now });
      const last = beats.get(attempt);
      if (state === "retry" && last !== undefined && !detections.has(attempt)) {
        detections.set(attempt, now);
        recoveries.detected.push(now - last.beat - heartbeatMs);
      }
      const before = `${id} ${retries - 1}`;
      const earlier = beats.get(before);
      if (started === null || earlier === undefined) continue;
      beats.delete(before);
      // A worker that is faster than this loop had it before it was seen to wait: then at most since the look before.
      recoveries.takenOver.push(started - (detections.get(before) ?? earlier.seen));
    }
    await setTimeout(everyMs);
  }
  await sql.end();
  return recoveries;
}
