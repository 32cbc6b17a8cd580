import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Action, ConnectionState, EventBatch, EventView, Inspection, NodeRow, Snapshot } from "../../src/inspector/inspection.ts";
import { applyBatch, type Live, noneLive } from "./apply.ts";
import { openResources, type Resources } from "./resources.ts";

/** What every screen draws from: one snapshot, kept up to date by one stream of events. */
export interface Store {
  readonly inspection: Inspection;
  /** Undefined until the first answer. */
  readonly snapshot: ReadonlySignal<Snapshot | undefined>;
  /** Why there is no snapshot. */
  readonly failure: ReadonlySignal<unknown>;
  /** The latest events, newest first; at most 200. */
  readonly events: ReadonlySignal<readonly EventView[]>;
  /** What is not recorded: how far steps are, and the latest log lines. */
  readonly live: ReadonlySignal<Live>;
  readonly connection: ReadonlySignal<ConnectionState>;
  /** The clock of the source, in milliseconds; it ticks while the page is seen. */
  readonly now: ReadonlySignal<number>;
  /** The action whose plan is shown. */
  readonly planned: ReadonlySignal<Action | undefined>;
  readonly resources: Resources;
  /** Hears every batch after it was applied, without the events that were there when the page was opened. */
  readonly onBatch: (hear: (batch: EventBatch) => void) => () => void;
  readonly node: (name: string) => NodeRow | undefined;
  /** Shows what an action would do, and does it when that is confirmed. */
  readonly plan: (action: Action | undefined) => void;
  /** Connects anew, such as when somebody does not want to wait for the next try. */
  readonly reconnect: () => void;
  readonly close: () => void;
}

const tickMs = 5_000;
/** As many events before the snapshot are told again, so that the activity begins with something. */
const eventsBefore = 20;

export function openStore(inspection: Inspection): Store {
  const snapshot = signal<Snapshot | undefined>(undefined);
  const failure = signal<unknown>(undefined);
  const events = signal<readonly EventView[]>([]);
  const live = signal<Live>(noneLive);
  const connection = signal<ConnectionState>({ alive: Date.now(), state: "live" });
  const planned = signal<Action | undefined>(undefined);
  const now = signal(Date.now());
  const listeners = new Set<(batch: EventBatch) => void>();
  const resources = openResources();
  let positions: ReadonlyMap<string, number> = new Map();
  let offset = 0;
  /** The last event that was not there when the page was opened. */
  let told = 0;
  let session = new AbortController();
  const closed = new AbortController();

  const take = (next: Snapshot): void => {
    offset = next.now - Date.now();
    positions = new Map(next.nodes.map((node, position) => [node.name, position]));
    told = next.cursor;
    batch(() => {
      snapshot.value = next;
      failure.value = undefined;
      now.value = next.now;
    });
  };

  const apply = (update: EventBatch): void => {
    batch(() => {
      const current = snapshot.value;
      if (current === undefined) return;
      const next = applyBatch({ snapshot: current, events: events.value, live: live.value }, update);
      snapshot.value = next.snapshot;
      events.value = next.events;
      live.value = next.live;
      now.value = Date.now() + offset;
      connection.value = { alive: Date.now(), state: "live" };
    });
    const fresh = { ...update, events: update.events.filter(({ id }) => id > told) };
    told = Math.max(told, update.cursor);
    for (const hear of listeners) hear(fresh);
    resources.touched(fresh);
  };

  /** One session: a snapshot unless there is one, then events until the page is hidden or closed. */
  const follow = async (signalOfSession: AbortSignal): Promise<void> => {
    try {
      if (snapshot.value === undefined) take(await inspection.snapshot({ signal: signalOfSession }));
      const cursor = snapshot.value?.cursor ?? 0;
      const from = events.value.length === 0 ? Math.max(0, cursor - eventsBefore) : cursor;
      for await (const each of inspection.events(from, signalOfSession)) {
        if (signalOfSession.aborted) return;
        if ("cursor" in each) apply(each);
        else connection.value = each;
      }
    } catch (error) {
      if (!signalOfSession.aborted) failure.value = error;
    }
  };

  const start = (): void => {
    session.abort();
    session = new AbortController();
    failure.value = undefined;
    void follow(AbortSignal.any([session.signal, closed.signal]));
  };

  // A page that nobody sees asks for nothing; when it is seen again it goes on after its last event.
  const onVisibility = (): void => {
    if (document.hidden) session.abort();
    else start();
  };
  const ticking = setInterval(() => {
    if (!document.hidden) now.value = Date.now() + offset;
  }, tickMs);
  document.addEventListener("visibilitychange", onVisibility);
  if (!document.hidden) start();

  return {
    inspection,
    snapshot,
    failure,
    events,
    live,
    connection,
    now,
    planned,
    resources,
    onBatch: (hear) => {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    node: (name) => snapshot.value?.nodes[positions.get(name) ?? -1],
    plan: (action) => {
      planned.value = action;
    },
    reconnect: start,
    close: () => {
      closed.abort();
      clearInterval(ticking);
      document.removeEventListener("visibilitychange", onVisibility);
      resources.close();
    },
  };
}
