import { describe, expect, it, vi } from "vitest";
import { applyBatch, noneLive, progressKey, type State } from "../../../inspector-ui/state/apply.ts";
import { openResources as openWith, type Resource, type Resources } from "../../../inspector-ui/state/resources.ts";
import type { EventBatch, EventView, NodeRow } from "../../../src/inspector/inspection.ts";
import { snapshot } from "../../support/inspection/story-snapshot.ts";

const empty: EventBatch = { cursor: 0, events: [], runs: [], nodes: [], live: [] };
const state: State = { snapshot, events: [], live: noneLive };
const event = (id: number): EventView => ({ id, type: "Materialization", at: id, runId: "r", asset: "quakes", metadata: {} });

describe("a batch of events", () => {
  it("changes the nodes and runs that it names, and nothing that was shown before", () => {
    const quakes = { ...(snapshot.nodes[2] as NodeRow), status: "Stale" } as const;
    const run = { ...(snapshot.runs[0] as (typeof snapshot.runs)[number]), status: "Success", endedAt: 1 } as const;
    const next = applyBatch(state, { ...empty, cursor: 200, nodes: [[2, quakes]], runs: [run] });
    expect(next.snapshot.nodes[2]?.status).toBe("Stale");
    expect(next.snapshot.runs[0]?.status).toBe("Success");
    expect(next.snapshot.cursor).toBe(200);
    expect(next.snapshot.edges).toBe(snapshot.edges);
    expect(snapshot.nodes[2]?.status).toBe("UpToDate");
  });

  it("puts the newest event first, and keeps 200", () => {
    const events = Array.from({ length: 300 }, (_, index) => event(index));
    const next = applyBatch(state, { ...empty, events });
    expect(next.events[0]?.id).toBe(299);
    expect(next.events).toHaveLength(200);
  });

  it("keeps how far steps are until their run ends", () => {
    const progress = { type: "progress", runId: "7c1e", step: "map", done: 5, total: 10 } as const;
    const going = applyBatch(state, { ...empty, live: [progress] });
    expect(going.live.progress.get(progressKey("7c1e", "map"))).toEqual({ done: 5, total: 10 });
    const run = { ...(snapshot.runs[0] as (typeof snapshot.runs)[number]), status: "Failure" } as const;
    expect(applyBatch(going, { ...empty, runs: [run] }).live.progress.size).toBe(0);
  });

  it("with a position that no node has changes nothing", () => {
    const next = applyBatch(state, { ...empty, nodes: [[999, snapshot.nodes[0] as NodeRow]] });
    expect(next.snapshot.nodes).toHaveLength(snapshot.nodes.length);
  });
});

const openResources = (): Resources => openWith(async () => {});

/** Ends when the latest question has its answer, or has failed. */
const settled = ({ isLoading }: Resource<unknown>): Promise<void> =>
  vi.waitFor(() => expect(isLoading.value).toBe(false), { interval: 1, timeout: 60_000 });

describe("a resource", () => {
  it("is asked once for all who use it, and not while nobody does", async () => {
    const load = vi.fn(async () => "answer");
    const resources = openResources();
    const question = { key: "a", load };
    resources.get(question);
    expect(load).not.toHaveBeenCalled();
    const resource = resources.get(question);
    const ends = [resource.use(), resources.get(question).use()];
    await settled(resource);
    expect(load).toHaveBeenCalledTimes(1);
    expect(resource.value.value).toBe("answer");
    for (const end of ends) end();
    resource.use();
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("has its answer when its turn to be drawn comes", async () => {
    const turns: (() => void)[] = [];
    const resources = openWith(() => new Promise((resolve) => turns.push(resolve)));
    const resource = resources.get({ key: "a", load: async () => "answer" });
    resource.use();
    await vi.waitFor(() => expect(turns).toHaveLength(1), { interval: 1, timeout: 60_000 });
    expect(resource.value.value).toBeUndefined();
    turns[0]?.();
    await settled(resource);
    expect(resource.value.value).toBe("answer");
  });

  it("is aborted when its last user leaves, and asked again by the next", async () => {
    const signals: AbortSignal[] = [];
    const resources = openResources();
    const resource = resources.get({
      key: "slow",
      load: (signal) => {
        signals.push(signal);
        return new Promise<string>(() => {});
      },
    });
    resource.use()();
    expect(signals[0]?.aborted).toBe(true);
    expect(resource.isLoading.value).toBe(false);
    resource.use();
    expect(signals).toHaveLength(2);
  });

  it("keeps its answer while a newer one is on its way, and is asked again for what changed meanwhile", async () => {
    let count = 0;
    const resources = openResources();
    const resource = resources.get({ key: "n", load: async () => (count += 1), isTouched: () => true });
    resource.use();
    await settled(resource);
    expect(resource.value.value).toBe(1);
    resources.touched(empty);
    resources.touched(empty);
    expect(resource.value.value).toBe(1);
    await settled(resource);
    expect(resource.value.value).toBe(3);
  });

  it("that failed says why, and is asked again when it is wanted", async () => {
    let fails = true;
    const resources = openResources();
    const resource = resources.get({
      key: "f",
      load: async () => {
        if (fails) throw new Error("no");
        return "yes";
      },
    });
    const end = resource.use();
    await settled(resource);
    expect(resource.error.value).toEqual(new Error("no"));
    fails = false;
    resource.reload();
    await settled(resource);
    expect([resource.value.value, resource.error.value]).toEqual(["yes", undefined]);
    end();
  });

  it("that nobody uses is forgotten, the oldest first", async () => {
    const resources = openResources();
    const load = vi.fn(async () => 1);
    const visit = async (key: string): Promise<void> => {
      const resource = resources.get({ key, load });
      const end = resource.use();
      await settled(resource);
      end();
    };
    for (let index = 0; index < 50; index += 1) await visit(String(index));
    load.mockClear();
    await visit("49");
    expect(load).not.toHaveBeenCalled();
    await visit("0");
    expect(load).toHaveBeenCalledTimes(1);
  });
});
