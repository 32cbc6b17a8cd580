/** What happens in a repository: one subscription to its records, shared by all listeners. */
import { sleep } from "../retry.ts";
import type { ProgressEvent } from "../run/run-environment.ts";
import type { AnyEvent, RunRecord } from "../storage/types.ts";
import type { ConnectionState, EventBatch, EventView, LiveEvent, RunRow } from "./inspection.ts";
import { Listener } from "./listener.ts";
import { LiveBuffer } from "./live-buffer.ts";
import { NodeChanges } from "./node-changes.ts";
import { nodeRows } from "./node-rows.ts";
import { readRecords } from "./records.ts";
import { withLeases } from "./runs.ts";
import type { KnownRows } from "./snapshot.ts";
import type { Subject } from "./subject.ts";
import { eventView } from "./views.ts";

/** How many events a batch has at most. */
const mostEvents = 500;
/** How many events are read ahead of what is told. */
const mostAhead = 2000;
/** How long events are gathered, in milliseconds. */
const gatherMs = 100;
/** How often the leases of runs are looked at, and how often a quiet connection says that it is alive, in milliseconds. */
const leasesMs = 2000;
const aliveMs = 10_000;
/** The rows of nodes are computed again at most for this part of the time. */
const computingShare = 1 / 4;
/** The waits before another try after a failed read, in milliseconds. */
const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** A run is told again when its owner has been silent for so long, in milliseconds. */
const noticedSilenceMs = 10_000;

/** Reads the events while somebody listens, and computes what has changed. */
export class Feed {
  readonly #subject: Subject;
  readonly #baseline: () => KnownRows | undefined;
  readonly #listeners = new Set<Listener>();
  readonly #live = new LiveBuffer();
  #session: Session | undefined;
  #isClosed = false;

  /** @param baseline the rows that were told last */
  constructor(subject: Subject, baseline: () => KnownRows | undefined) {
    this.#subject = subject;
    this.#baseline = baseline;
  }

  /** How far the steps of a run are, as far as they have told since somebody listens. */
  progressOf(runId: string): ReadonlyMap<string, { readonly done: number; readonly total: number }> {
    return this.#live.progressOf(runId);
  }

  /** Everything after an event, in batches, and then what happens, until the signal is aborted or the repository is closed. */
  async *listen(after: number, signal: AbortSignal): AsyncGenerator<EventBatch | ConnectionState, void, void> {
    let cursor = after;
    while (!signal.aborted && !this.#isClosed) {
      const from = cursor;
      const session = this.#open(from);
      const listener = new Listener(Math.max(from, session.cursor));
      this.#listeners.add(listener);
      try {
        yield { alive: Date.now(), state: "live" };
        if (cursor < session.cursor) {
          for await (const batch of this.#missed(cursor, session.cursor, signal)) {
            yield batch;
            cursor = batch.cursor;
          }
        }
        const nodes = session.changes?.after(from) ?? [];
        if (nodes.length > 0) yield { cursor, events: [], runs: [], nodes, live: [] };
        for (let told = await listener.next(signal); told !== undefined; told = await listener.next(signal)) {
          if ("events" in told) {
            if (told.events.length + told.nodes.length + told.runs.length + told.live.length === 0) continue;
            listener.cursor = cursor = Math.max(cursor, told.cursor);
            yield { ...told, cursor };
          } else yield told;
        }
        if (!listener.isBehind && listener.isEnded) return;
      } finally {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.#stop();
      }
    }
  }

  /** Ends every listener. */
  close(): void {
    this.#isClosed = true;
    for (const listener of this.#listeners) listener.end();
    this.#stop();
  }

  /** The session that reads the events; a new one begins after the given event. */
  #open(after: number): Session {
    if (this.#session === undefined) {
      const known = this.#baseline();
      const session: Session = {
        cursor: after,
        abort: new AbortController(),
        pending: [],
        isDirty: true,
        nextComputation: 0,
        changes: known && new NodeChanges(known),
        started: new Map(),
        state: "live",
        wake: () => {},
      };
      this.#session = session;
      const unlisten = this.#subject.context.live.listen((event) => this.#hear(event, session));
      session.abort.signal.addEventListener("abort", unlisten, { once: true });
      void this.#read(session);
      void this.#tell(session);
    }
    return this.#session;
  }

  #stop(): void {
    this.#session?.abort.abort();
    this.#session?.wake();
    this.#session = undefined;
  }

  #hear(event: ProgressEvent, session: Session): void {
    if (this.#live.add(event)) session.wake();
  }

  /** Events between two, for a listener that begins before the session. */
  async *#missed(after: number, upTo: number, signal: AbortSignal): AsyncGenerator<EventBatch, void, void> {
    let events: AnyEvent[] = [];
    for await (const event of this.#subject.storage.subscribe({ after, signal })) {
      if (event.id <= upTo) events.push(event);
      const isLast = event.id >= upTo;
      if (events.length === mostEvents || (isLast && events.length > 0)) {
        yield { ...(await this.#batchOf(events)), nodes: [], live: [] };
        events = [];
      }
      if (isLast) return;
    }
  }

  /** Reads events ahead of what is told. A failed read is tried again, after the last event. */
  async #read(session: Session): Promise<void> {
    const { signal } = session.abort;
    for (let retryMs = firstRetryMs; !signal.aborted; ) {
      try {
        const after = session.pending.at(-1)?.id ?? session.cursor;
        for await (const event of this.#subject.storage.subscribe({ after, signal })) {
          if (session.state !== "live") this.#say(session, { alive: Date.now(), state: "live" });
          retryMs = firstRetryMs;
          session.pending.push(event);
          session.wake();
          while (session.pending.length >= mostAhead && !signal.aborted) await sleep(gatherMs, { signal }).catch(() => {});
        }
        // The Storage was closed.
        if (!signal.aborted) for (const listener of this.#listeners) listener.end();
        return;
      } catch {
        if (signal.aborted) return;
        this.#say(session, { alive: Date.now(), state: "retrying", retryInMs: retryMs });
        await sleep(retryMs, { signal }).catch(() => {});
        retryMs = Math.min(2 * retryMs, longestRetryMs);
      }
    }
  }

  #say(session: Session, told: ConnectionState): void {
    session.state = told.state;
    for (const listener of this.#listeners) listener.push(told);
  }

  /** Tells what was read, gathered for a moment. What cannot be read for it now is told with a later batch. */
  async #tell(session: Session): Promise<void> {
    const { signal } = session.abort;
    let [lastLook, lastTold] = [0, Date.now()];
    while (!signal.aborted) {
      await this.#pause(session);
      if (signal.aborted) return;
      try {
        const now = Date.now();
        const looks = now - lastLook >= leasesMs;
        if (looks) lastLook = now;
        const batch = await this.#next(session, looks);
        if (batch !== undefined) {
          for (const listener of this.#listeners) listener.push(batch);
          lastTold = now;
        } else if (now - lastTold >= aliveMs && session.state === "live") {
          this.#say(session, { alive: now, state: "live" });
          lastTold = now;
        }
      } catch {
        session.isDirty = true;
        await sleep(firstRetryMs, { signal }).catch(() => {});
      }
    }
  }

  /** Waits until there is something to tell, and for what comes right after it; or until the leases are to be looked at. */
  async #pause(session: Session): Promise<void> {
    const { signal } = session.abort;
    const isQuiet = (): boolean =>
      session.pending.length === 0 && this.#live.isEmpty && !(session.isDirty && performance.now() >= session.nextComputation);
    if (isQuiet()) {
      const until = session.isDirty ? Math.min(leasesMs, Math.max(1, session.nextComputation - performance.now())) : leasesMs;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, until);
        session.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (!signal.aborted && session.pending.length < mostEvents) await sleep(gatherMs, { signal }).catch(() => {});
  }

  async #next(session: Session, looksAtLeases: boolean): Promise<EventBatch | undefined> {
    const events = session.pending.splice(0, mostEvents);
    if (events.length > 0) session.isDirty = true;
    const told = events.length > 0 ? await this.#batchOf(events) : { cursor: session.cursor, events: [], runs: [] };
    const { cursor, events: views, runs } = told;
    for (const run of runs) note(session, run);
    const silent = looksAtLeases ? await this.#lookAtLeases(session) : [];
    const changed = new Map([...silent, ...runs].map((run) => [run.runId, run]));
    const nodes = session.isDirty && performance.now() >= session.nextComputation ? await this.#compute(session, cursor) : [];
    session.cursor = cursor;
    const live: readonly LiveEvent[] = this.#live.take();
    const batch = { cursor, events: views, runs: [...changed.values()], nodes, live };
    return views.length + batch.runs.length + nodes.length + live.length === 0 ? undefined : batch;
  }

  /** Events with the runs that they are of. */
  async #batchOf(events: readonly AnyEvent[]): Promise<Pick<EventBatch, "cursor" | "runs"> & { readonly events: readonly EventView[] }> {
    const { storage } = this.#subject;
    const runIds = [...new Set(events.map(({ runId }) => runId))];
    const runs = (await Promise.all(runIds.map((runId) => storage.getRun(runId)))).filter((run): run is RunRecord => run !== undefined);
    for (const event of events) if (event.dataVersion !== undefined) this.#subject.note(event);
    return { cursor: events.at(-1)?.id ?? 0, events: events.map(eventView), runs: await withLeases(runs, storage) };
  }

  /** Computes the rows of all nodes, for a limited part of the time. */
  async #compute(session: Session, cursor: number): Promise<EventBatch["nodes"]> {
    const begin = performance.now();
    session.isDirty = false;
    const records = await readRecords(this.#subject);
    for (const { runId } of records.started) if (!session.started.has(runId)) session.started.set(runId, "Started");
    const rows = nodeRows(this.#subject, records);
    const last = Math.max(cursor, records.lastEventId);
    if (session.changes === undefined) {
      session.changes = new NodeChanges({ rows, cursor: last });
      session.nextComputation = performance.now();
      return rows.map((row, position) => [position, row] as const);
    }
    const changed = session.changes.update(rows, last);
    const end = performance.now();
    session.nextComputation = end + (end - begin) * (1 / computingShare - 1);
    return changed;
  }

  /** The runs that have not ended and whose owner is silent, and those that were interrupted. */
  async #lookAtLeases(session: Session): Promise<readonly RunRow[]> {
    if (session.started.size === 0) return [];
    const { storage } = this.#subject;
    const known = await Promise.all([...session.started.keys()].map((runId) => storage.getRun(runId)));
    const runs = await withLeases(
      known.filter((run): run is RunRecord => run !== undefined),
      storage,
    );
    return runs.filter((run) => {
      const isOther = session.started.get(run.runId) !== run.status;
      if (isOther) session.isDirty = true;
      note(session, run);
      return isOther || (run.silentMs ?? 0) >= noticedSilenceMs;
    });
  }
}

/** The reading of events, from the first listener to the last. */
interface Session {
  /** The id of the last event that was told. */
  cursor: number;
  readonly abort: AbortController;
  /** Events that were read and not told. */
  readonly pending: AnyEvent[];
  /** Whether rows of nodes may have changed since they were computed. */
  isDirty: boolean;
  /** When they may be computed again, by `performance.now()`. */
  nextComputation: number;
  /** Undefined until the rows are known. */
  changes: NodeChanges | undefined;
  /** The status of the runs that have not ended. */
  readonly started: Map<string, RunRow["status"]>;
  state: ConnectionState["state"];
  /** Ends a wait for something to tell. */
  wake: () => void;
}

function note({ started }: Session, { runId, status }: RunRow): void {
  if (status === "Started" || status === "Interrupted") started.set(runId, status);
  else started.delete(runId);
}
