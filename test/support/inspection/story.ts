/** A fixed `Inspection` with a story: for screens in tests and in shots. */
import { EdgewaterError } from "../../../src/errors.ts";
import type { EventBatch, EventView, Inspection, NodeRow, Snapshot } from "../../../src/inspector/inspection.ts";
import { assetOf, diff, why } from "./story-assets.ts";
import { hostileAsset, hostilePreview, hostileSnapshot } from "./story-hostile.ts";
import { partitionRow, partitionsOf } from "./story-partitions.ts";
import { log, runOf } from "./story-run.ts";
import { emptySnapshot, now, runs, snapshot } from "./story-snapshot.ts";
import { damagedPreview, hugePreview, previewOf } from "./story-values.ts";
import { automation, objects, planOf, storage } from "./story-work.ts";

const event = (id: number, secondsAgo: number, type: EventView["type"], asset: string, rest: Partial<EventView> = {}): EventView => ({
  id,
  type,
  at: now - secondsAgo * 1000,
  runId: "7c1e",
  asset,
  metadata: {},
  ...rest,
});

const firstBatch: EventBatch = {
  cursor: 116,
  events: [
    event(111, 122, "Materialization", "daily", { dataVersion: "e099dbcc0f31", unchanged: true }),
    event(112, 122, "Materialization", "strong", { dataVersion: "d551b21b77aa", metadata: { rows: { Int: { value: 39 } } } as never }),
    event(113, 122, "StepFailure", "alerts", {
      failure: {
        name: "EdgewaterError",
        code: "ValidationError",
        message: "rows[17].felt is null, and the type hint wants a number",
        causes: [],
        frames: [],
      },
    }),
    event(114, 122, "StepSkipped", "digest", { reason: "alerts failed" }),
    event(115, 120, "StepStart", "map"),
  ],
  runs: [],
  nodes: [],
  live: [{ type: "progress", runId: "7c1e", step: "map", done: 62, total: 100 }],
};

/** A batch of something that happens while the page is looked at. */
const liveBatch = (count: number): EventBatch => ({
  cursor: firstBatch.cursor + count,
  events: [event(firstBatch.cursor + count, 0, "StepSkipped", "digest", { reason: `live event ${count}` })],
  runs: [],
  nodes: [],
  live: [{ type: "progress", runId: "7c1e", step: "map", done: Math.min(99, 62 + count), total: 100 }],
});

export interface StoryOptions {
  /** `empty` before the first run, `offline` without an answer, `hostile` with values that try to be more than text, `damaged` with values that cannot be read, `huge` with such that are too large. */
  readonly state?: string;
  /** How many events come after the first ones. */
  readonly live?: number;
}

const snapshots: Readonly<Record<string, Snapshot>> = { empty: emptySnapshot, hostile: hostileSnapshot };

export function story({ state = "", live = 0 }: StoryOptions = {}): Inspection {
  const shown = snapshots[state] ?? snapshot;
  const node = (name: string): NodeRow => {
    const found = shown.nodes.find((each) => each.name === name);
    if (found === undefined) throw new EdgewaterError("NotFound", `Cannot show the asset "${name}": the repository does not declare it`);
    return found;
  };
  const never = (what: string) => (): Promise<never> =>
    Promise.reject(new EdgewaterError("NotSupported", `Cannot ${what} in a fixed story`));
  return {
    snapshot: async () => shown,
    async *events(after, signal) {
      if (state === "offline") yield { alive: now - 37_000, state: "retrying", retryInMs: 4_000 };
      else {
        yield { alive: Date.now(), state: "live" };
        if (state === "" && after < firstBatch.cursor) yield firstBatch;
        for (let count = 1; count <= live && !signal.aborted; count += 1) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          yield liveBatch(count);
        }
      }
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
    asset: async (name) => (state === "hostile" ? { ...hostileAsset, ...node(name) } : assetOf(node(name))),
    partitions: async (_, { measure } = {}) => partitionsOf(measure),
    partitionRows: async (_, { from, to }) => Array.from({ length: Math.min(192, to) - from }, (_, index) => partitionRow(from + index)),
    runs: async ({ status, before = Number.POSITIVE_INFINITY } = {}) =>
      runs.filter((run) => run.startedAt < before && (status === undefined || run.status === status)),
    run: async (runId) => {
      const found = runOf(runId);
      if (found === undefined) throw new EdgewaterError("NotFound", `Cannot show the run "${runId}": there is no record of it`);
      return found;
    },
    logs: async (runId) => ({ rows: log.filter((line) => line.runId === runId) }),
    why: async (name) => (name === "report" ? why : { chain: [], innocent: [], isCut: false }),
    preview: async (name, query = {}) => {
      if (state === "hostile") return hostilePreview;
      if (state === "huge") return hugePreview(query);
      return state === "damaged" ? damagedPreview(node(name)) : previewOf(node(name).name, query);
    },
    bytes: async (name) => ({ name: `${node(name).name}.superjson`, stream: new Blob([`{"json":"${name}"}`]).stream() }),
    diff: async () => diff,
    automation: async () => automation,
    objects: async ({ after = "", limit = 100 } = {}) => {
      const rest = objects.filter(({ key }) => key > after);
      const rows = rest.slice(0, limit);
      return { rows, ...(rest.length > limit && { next: rows.at(-1)?.key ?? "" }) };
    },
    storage: async () => storage,
    plan: async (action) => planOf(action),
    act: never("do anything"),
    export: never("export"),
    import: never("import"),
    close: async () => {},
  };
}
