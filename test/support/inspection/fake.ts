/** A fake inspection, for work on views and for measurements: as large as asked for, equal for an equal seed, and without a repository. */
import { EdgewaterError } from "edgewater";
import type {
  AssetView,
  ConnectionState,
  EventBatch,
  EventView,
  Inspection,
  LinkRow,
  NodeRow,
  PartitionRow,
  PartitionsView,
  RunRow,
  RunView,
  Snapshot,
  StepView,
  VersionRow,
} from "edgewater/inspector";
import { randomOf } from "../random.ts";
import { type FakeSize, type FakeWorld, fakeCan, fakeStatuses, fakeVersion, fakeWorld } from "./graph.ts";
import { fakeDiff, fakePreview } from "./values.ts";

/** Options of {@link fakeInspection}. */
export interface FakeOptions extends Partial<FakeSize> {
  /** How many events happen in a second while somebody listens; 0 unless given. */
  readonly eventsPerSecond?: number;
}

const hour = 3_600_000;
const firstHour = Date.UTC(2014, 0, 1);

/** An inspection of 10,000 nodes, 100,000 partitions and 2,000 runs, or as many as given. It is made up: nothing is stored or made. */
export function fakeInspection(options: FakeOptions = {}): Inspection {
  const { nodes = 10_000, partitions = 100_000, runs = 2000, seed = 1, now = Date.UTC(2026, 0, 1), eventsPerSecond = 0 } = options;
  const world = fakeWorld({ nodes, partitions, runs, seed, now });
  const positions = new Map(world.rows.map(({ name }, position) => [name, position]));
  const positionOf = (name: string): number => {
    const position = positions.get(name);
    if (position === undefined) throw new EdgewaterError("NotFound", `Unknown asset ${JSON.stringify(name)}`, { asset: name });
    return position;
  };
  const rowOf = (name: string): NodeRow => world.rows[positionOf(name)] as NodeRow;
  const acted = new Set<string>();
  return {
    snapshot: async () => snapshotOf(world),
    events: (after, signal) => eventsOf(world, after, eventsPerSecond, signal),
    asset: async (name, { versions = 20, before = Number.POSITIVE_INFINITY } = {}) => assetOf(world, positionOf(name), versions, before),
    partitions: async (name, { measure } = {}) => partitionsOf(world, rowOf(name), measure),
    partitionRows: async (name, { from, to }) => partitionRowsOf(world, rowOf(name), from, Math.min(to, from + 500)),
    runs: async ({ before = Number.POSITIVE_INFINITY, limit = 50, status } = {}) =>
      world.runRows.filter((run) => run.startedAt < before && (status === undefined || run.status === status)).slice(0, limit),
    run: async (runId) => runOf(world, runId),
    logs: async (runId, { after = "0", limit = 200 } = {}) => {
      const rows = Array.from({ length: 10_000 }, (_, line) => ({
        runId,
        step: world.rows[line % 8]?.name ?? "",
        level: line % 50 === 7 ? ("error" as const) : line % 9 === 3 ? ("warn" as const) : ("info" as const),
        message: `line ${line + 1}: read ${(line * 7919) % 100_000} rows`,
        timestamp: now + line * 2,
      }));
      const end = Number(after) + limit;
      return { rows: rows.slice(Number(after), end), ...(end < rows.length && { next: String(end) }) };
    },
    why: async (name) => {
      const chain = [];
      for (let position = positionOf(name); chain.length < 8; position = world.inputs[position]?.[0] ?? -1) {
        const row = world.rows[position];
        if (row === undefined || (chain.length === 0 && row.status !== "Stale")) break;
        const [from, current] = [fakeVersion(position + 50_000), fakeVersion(position + 1)];
        chain.push({
          asset: row.name,
          status: row.status,
          cause: "upstream-version" as const,
          from,
          current,
          reason: "An input has a new version.",
        });
      }
      return { chain, innocent: [], isCut: false };
    },
    preview: async (name, query = {}) => fakePreview(positionOf(name), query),
    bytes: async (name) => ({ name: `${name}.superjson`, stream: new Blob([`{"json":${positionOf(name)}}`]).stream() }),
    diff: async (name, query) => fakeDiff(positionOf(name), query),
    automation: async () => ({
      evaluatedAt: now,
      assets: world.rows.flatMap(({ name, isAutomated, status }) =>
        isAutomated
          ? [{ asset: name, shouldRun: status === "Stale", root: { label: "eager", asset: name, isTrue: status === "Stale", parts: [] } }]
          : [],
      ),
      requests: [],
      ticks: Array.from({ length: 50 }, (_, index) => ({
        name: "automation",
        timestamp: now - index * 60_000,
        status: index % 9 === 0 ? ("Fired" as const) : ("Skipped" as const),
        detail: { evaluated: 100, fired: [] },
      })),
    }),
    objects: async ({ after = "0", limit = 100 } = {}) => {
      const [from, to] = [Number(after), Number(after) + limit];
      const rows = world.rows.slice(from, to).map(({ name, latest }) => ({
        key: `fake/${name}.superjson`,
        size: latest?.size?.value ?? 100,
        asset: name,
        ...(latest && { at: latest.at, dataVersion: latest.dataVersion }),
        state: latest ? ("current" as const) : ("unknown" as const),
      }));
      return { rows, ...(to < nodes && { next: String(to) }) };
    },
    storage: async () => ({
      name: "fake store",
      values: { bytes: 4.2e9, objects: nodes, isCut: false },
      records: { events: 3 * nodes, runs },
      byAsset: world.rows.slice(0, 200).map(({ name, latest }) => ({ asset: name, bytes: latest?.size?.value ?? 0, objects: 1 })),
      estimate: { usage: 4.3e9, quota: 1e10 },
      isPersisted: false,
    }),
    plan: async (action) => {
      const names = "selection" in action ? action.selection : [];
      const steps = names.map((name) => ({ step: name, assets: [name], why: "requested" as const, reason: "It is selected." }));
      return {
        summary: `Would ${action.type} ${names.length} assets.`,
        steps: steps.slice(0, 500),
        total: steps.length,
        notes: [],
        estimateMs: 12_000,
      };
    },
    act: async (action, { id = "" } = {}) => {
      const isAgain = acted.has(id);
      if (id !== "") acted.add(id);
      return { runId: world.runRows[0]?.runId ?? "", summary: isAgain ? "Nothing: it was done already." : `Fake: ${action.type}.` };
    },
    export: async () => new Blob(['{"edgewater":"records","version":2}\n{"end":0}\n']).stream(),
    import: async (file) => ({
      events: 0,
      runs: 0,
      values: 0,
      bytes: (await new Response(file).arrayBuffer()).byteLength,
      notes: ["Nothing is imported: it is a fake."],
    }),
    close: async () => {},
  };
}

function snapshotOf(world: FakeWorld): Snapshot {
  const { rows, edges, runRows, now, seed } = world;
  const attention = rows.flatMap((row) =>
    row.status === "Failed"
      ? [{ kind: "failed" as const, asset: row.name, what: "failed twice", why: "TypeError: rows[17].felt is null" }]
      : [],
  );
  const runs = runRows.slice(0, 20);
  return {
    etag: `fake-${seed}-${rows.length}`,
    cursor: rows.length,
    now,
    name: "fake",
    where: "nowhere: it is a fake",
    can: fakeCan,
    nodes: rows,
    edges,
    runs,
    attention: attention.slice(0, 100),
  };
}

/** The event with this id: always the same one. */
function eventOf({ rows, now, runRows }: FakeWorld, id: number): readonly [position: number, event: EventView] {
  const position = Math.floor(randomOf(id)() * rows.length);
  const type = (["StepStart", "Materialization", "StepSuccess"] as const)[id % 3] as EventView["type"];
  const event = { id, type, at: now + id * 10, runId: runRows[0]?.runId ?? "", asset: rows[position]?.name ?? "", metadata: {} };
  return [position, type === "Materialization" ? { ...event, dataVersion: fakeVersion(id) } : event];
}

async function* eventsOf(
  world: FakeWorld,
  after: number,
  perSecond: number,
  signal: AbortSignal,
): AsyncGenerator<EventBatch | ConnectionState, void, void> {
  yield { alive: Date.now(), state: "live" };
  let cursor = after;
  for (let due = 0; !signal.aborted; ) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 100);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    due += perSecond / 10;
    const count = Math.min(500, Math.floor(due));
    due -= count;
    if (count === 0 || signal.aborted) continue;
    const happened = Array.from({ length: count }, (_, index) => eventOf(world, cursor + index + 1));
    cursor += count;
    const nodes = new Map(
      happened.map(([position, { type }]) => [
        position,
        { ...(world.rows[position] as NodeRow), status: type === "StepStart" ? ("Running" as const) : ("UpToDate" as const) },
      ]),
    );
    yield { cursor, events: happened.map(([, event]) => event), runs: world.runRows.slice(0, 1), nodes: [...nodes], live: [] };
  }
}

function assetOf({ rows, inputs, now }: FakeWorld, position: number, limit: number, before: number): AssetView {
  const row = rows[position] as NodeRow;
  const all = 137;
  const versions: VersionRow[] = [];
  for (let index = 0; index < all && versions.length <= limit; index++) {
    const eventId = (position + 1) * 1000 - index;
    if (eventId >= before) continue;
    const dataVersion = fakeVersion(index % 5 === 3 ? eventId + 1 : eventId);
    const metadata = { rows: { Int: { value: 1000 + ((index * 37) % 200) } } };
    versions.push({
      eventId,
      type: "Materialization",
      at: now - index * hour,
      runId: row.latest?.runId ?? "",
      dataVersion,
      metadata,
      inputs: {},
      isKept: index < 10,
    });
  }
  const link = (each: number): LinkRow => {
    const { name, kind, status, latest } = rows[each] as NodeRow;
    return { name, kind, status, ...(latest && { read: latest.dataVersion, latest: latest.dataVersion }), isCurrent: status !== "Stale" };
  };
  const users = inputs.flatMap((own, each) => (own.includes(position) ? [each] : []));
  return {
    ...row,
    description: `A fake asset: ${row.name}.`,
    declared: { owner: { Text: { value: "nobody" } } },
    metadata: versions[0]?.metadata ?? {},
    versions: versions.slice(0, limit),
    ...(versions.length > limit && { next: versions[limit - 1]?.eventId ?? 0 }),
    inputs: (inputs[position] ?? []).map(link),
    usedBy: users.map(link),
    stored: { handler: "SuperJsonIOHandler", path: `fake/${row.name}.superjson`, hasHistory: true },
  };
}

function partitionsOf(world: FakeWorld, row: NodeRow, measure: string | undefined): PartitionsView {
  const counts = row.counts ?? { total: 0, ok: 0, failed: 0, missing: 0, stale: 0, running: 0, unrecorded: 0 };
  const starts = Array.from({ length: counts.total }, (_, index) => firstHour + index * hour);
  const random = randomOf(world.seed);
  const values =
    measure === undefined || measure === "status" ? undefined : starts.map(() => (random() < 0.05 ? null : Math.floor(random() * 1000)));
  return {
    shape: { kind: "time", starts, stepMs: hour, timeZone: "UTC" },
    total: counts.total,
    counts,
    statuses: fakeStatuses(world, row),
    measures: ["status", "age", "seconds", "rows"],
    ...(values && measure !== undefined && { measure: { name: measure, values } }),
    removed: 0,
  };
}

function partitionRowsOf(world: FakeWorld, row: NodeRow, from: number, to: number): readonly PartitionRow[] {
  const rows: PartitionRow[] = [];
  let start = 0;
  for (const [status, count] of fakeStatuses(world, row)) {
    for (let position = Math.max(start, from); position < Math.min(start + count, to); position++) {
      const key = new Date(firstHour + position * hour).toISOString().slice(0, 16);
      rows.push({ position, key, status, metadata: {} });
    }
    start += count;
  }
  return rows;
}

function runOf({ runRows }: FakeWorld, runId: string): RunView {
  const index = runRows.findIndex((run) => run.runId === runId);
  const run = runRows[index] as RunRow | undefined;
  if (run === undefined) throw new EdgewaterError("NotFound", `Unknown run ${JSON.stringify(runId)}`, { key: runId });
  const steps = run.nodes.map((name, order): StepView => {
    const from = run.startedAt + order * 400;
    const isFailed = run.status === "Failure" && order === run.nodes.length - 1;
    const isOpen = run.endedAt === undefined && order === run.nodes.length - 1;
    return {
      step: name,
      assets: [name],
      status: isFailed ? "Failure" : isOpen ? "Running" : "Success",
      attempts: [{ from, ...(!isOpen && { to: from + 350 }), ...(isFailed && { error: { name: "TypeError", message: "felt is null" } }) }],
      isCritical: true,
      after: order === 0 ? [] : [run.nodes[order - 1] as string],
      note: isFailed ? "felt is null" : "1,707 rows",
      outputs: [],
    };
  });
  const [previous, next] = [runRows[index + 1]?.runId, runRows[index - 1]?.runId];
  return { ...run, steps, failures: [], ...(previous !== undefined && { previous }), ...(next !== undefined && { next }) };
}
