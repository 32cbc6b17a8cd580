import { describe, expect, it } from "vitest";
import { navigationOf } from "../../../inspector-ui/frame/navigation.ts";
import { entriesOf, maximumMatches, searchEntries } from "../../../inspector-ui/frame/palette-search.ts";
import { wordsOf } from "../../../inspector-ui/frame/telling.ts";
import { listAssets } from "../../../inspector-ui/screens/assets-list.ts";
import { activityOf } from "../../../inspector-ui/screens/overview/activity.ts";
import { collapseAbove, graphModel, wireForm } from "../../../inspector-ui/screens/overview/graph-model.ts";
import { stepFrom } from "../../../inspector-ui/screens/overview/graph-steps.ts";
import { lanesOf } from "../../../inspector-ui/screens/overview/lanes.ts";
import { layoutNow } from "../../../inspector-ui/screens/overview/layout.ts";
import { attentionByAsset, labelOf, progressBySteps, textOf } from "../../../inspector-ui/screens/overview/node-text.ts";
import { isFirstVisit, needing, summaryOf } from "../../../inspector-ui/screens/overview/summary.ts";
import { isBoxIn, viewOf } from "../../../inspector-ui/screens/overview/wires.ts";
import { noneLive, progressKey } from "../../../inspector-ui/state/apply.ts";
import type { EventView, NodeRow } from "../../../src/inspector/inspection.ts";
import { emptySnapshot, snapshot } from "../../support/inspection/story-snapshot.ts";

const node = (name: string): NodeRow => snapshot.nodes.find((each) => each.name === name) as NodeRow;
const attention = attentionByAsset(snapshot.attention);

describe("a card of the graph", () => {
  it("says what matters of each status", () => {
    const live = { ...noneLive, progress: new Map([[progressKey("7c1e", "map"), { done: 62, total: 100 }]]) };
    const text = (name: string): string => textOf(node(name), progressBySteps(live), attention).what;
    expect(["quakes", "hourly", "depths", "rates", "report", "map", "alerts", "feed"].map(text)).toEqual([
      "1,707 rows",
      "184 of 192",
      "not recorded",
      "never materialized",
      "strong changed",
      "running, 62 %",
      "failed twice",
      "GeoJSON",
    ]);
  });

  it("is named after its node, kind, status and what it says", () => {
    expect(labelOf(node("alerts"), textOf(node("alerts"), new Map(), attention))).toBe("alerts, asset, Failed, failed twice");
    expect(labelOf(node("features"), { what: "task" })).toBe("features, task");
  });

  it("has the size of its name, whatever its status", () => {
    const changed = snapshot.nodes.map((each): NodeRow => ({ ...each, status: "Failed" }));
    expect(graphModel({ nodes: changed, edges: snapshot.edges }).boxes).toEqual(graphModel(snapshot).boxes);
  });
});

describe("an edge", () => {
  it("is drawn as what it leads to stands because of it", () => {
    const { items } = graphModel(snapshot);
    const form = (from: string, to: string): string => {
      const find = (name: string) => items.find(({ key }) => key === name) as (typeof items)[number];
      return wireForm(find(from), find(to));
    };
    expect([
      form("strong", "report"),
      form("daily", "report"),
      form("strong", "map"),
      form("strong", "alerts"),
      form("quakes", "daily"),
    ]).toEqual(["stale", "", "run", "fail", ""]);
  });
});

describe("a large graph", () => {
  const count = collapseAbove + 500;
  const nodes = Array.from(
    { length: count },
    (_, index): NodeRow => ({ ...node("quakes"), name: `n${index}`, group: `g${index % 10}`, status: index === 7 ? "Failed" : "UpToDate" }),
  );
  const edges = Array.from({ length: count - 1 }, (_, index) => [index, index + 1] as const);

  it("is drawn as one card for each group, with the worst status", () => {
    const model = graphModel({ nodes, edges });
    expect(model.isCollapsed).toBe(true);
    expect(model.items).toHaveLength(10);
    expect(model.items.find(({ key }) => key === "group g7")).toMatchObject({ status: "Failed", lacking: 1, count: 150 });
    expect(model.edges).toHaveLength(10);
  });

  it("shows the nodes of the group that is open", () => {
    const model = graphModel({ nodes, edges }, "g3");
    expect(model.items.filter(({ kind }) => kind === "node")).toHaveLength(150);
    expect(model.items.filter(({ kind }) => kind === "group")).toHaveLength(9);
  });
});

describe("arrow keys", () => {
  it("follow edges, and go up and down in a column", () => {
    const model = graphModel(snapshot);
    const { boxes } = layoutNow(model.boxes, model.edges);
    const at = (name: string): number => model.items.findIndex(({ key }) => key === name);
    const step = (from: string, key: string): string | undefined => model.items[stepFrom(at(from), key, model.edges, boxes) ?? -1]?.key;
    expect(step("feed", "ArrowRight")).toBe("features");
    expect(step("quakes", "ArrowLeft")).toBe("features");
    expect(step("feed", "ArrowLeft")).toBeUndefined();
    expect(step("strong", "ArrowDown")).toBe("daily");
    expect(step("hourly", "ArrowUp")).toBeUndefined();
    expect(step("feed", "x")).toBeUndefined();
  });
});

describe("the lanes of the list", () => {
  it("give a row to each item, and no lane to two lines at once", () => {
    const model = graphModel(snapshot);
    const { rows, width } = lanesOf(
      model.items.map((_, index) => index),
      model.edges,
    );
    expect(rows).toHaveLength(13);
    for (const [index, row] of rows.entries()) {
      const busy = rows.slice(0, index).filter((other) => other.lane === row.lane && other.last > index);
      expect(busy).toEqual([]);
    }
    expect(width).toBe(Math.max(...rows.map(({ lane }) => lane)) + 1);
  });

  it("share the last column when there are many", () => {
    const edges = Array.from({ length: 30 }, (_, index) => [index, 59 - index] as const);
    expect(
      lanesOf(
        Array.from({ length: 60 }, (_, index) => index),
        edges,
      ).width,
    ).toBe(10);
  });
});

describe("the head of the overview", () => {
  it("counts assets by status, and partitions of those that lack some", () => {
    expect(summaryOf(snapshot).map(({ form, text }) => `${form} ${text}`)).toEqual([
      "ok 3",
      "run 1",
      "stale 1",
      "part 8 partitions",
      "fail 1",
      "loose 1",
      "none 2",
    ]);
  });

  it("offers to make what needs it", () => {
    expect(needing(snapshot)).toEqual(["hourly", "rates", "report", "alerts", "digest"]);
  });

  it("is the first visit when nothing was ever materialized", () => {
    expect([isFirstVisit(snapshot), isFirstVisit(emptySnapshot), isFirstVisit({ nodes: [], runs: [] })]).toEqual([false, true, false]);
  });
});

describe("navigation", () => {
  it("leads to the partitions that lack most, and counts what needs somebody", () => {
    const items = navigationOf(snapshot);
    expect(items.map(({ text, href, count }) => [text, href, count])).toEqual([
      ["Overview", "#/", 0],
      ["Assets", "#/assets", 0],
      ["Partitions", "#/assets/hourly/partitions", 8],
      ["Runs", "#/runs", 1],
      ["Automation", "#/automation", 0],
      ["Storage", "#/storage", 0],
    ]);
    expect(navigationOf({ ...snapshot, nodes: [node("quakes")] }).some(({ text }) => text === "Partitions")).toBe(false);
  });
});

describe("the palette", () => {
  const entries = entriesOf(snapshot);
  const found = (text: string): string[] => searchEntries(entries, text).map(({ entry }) => entry.text);

  it("finds assets, runs and commands, those that begin with the text first", () => {
    expect(found("hourly")).toEqual(["hourly", "Partitions of hourly", "Backfill hourly", "Run 44d2"]);
    expect(found("5a90")).toEqual(["Run 5a90"]);
    expect(found("materialize quakes")).toEqual(["Materialize quakes"]);
    expect(found("never here")).toEqual([]);
  });

  it("marks what was found, also when words overlap", () => {
    expect(searchEntries(entries, "hour ourly")[0]?.marks).toEqual([[0, 6]]);
  });

  it("lists few of many, and offers no command that is not allowed", () => {
    expect(searchEntries(entries, "")).toHaveLength(maximumMatches);
    expect(entriesOf({ ...snapshot, can: {} }).some(({ action }) => action !== undefined)).toBe(false);
  });
});

describe("the list of assets", () => {
  it("finds by name, group, kind and status, and leaves tasks out", () => {
    const list = (find: string) => listAssets(snapshot.nodes, find, { column: "name", isDown: false }).map(({ name }) => name);
    expect(list("")).toHaveLength(12);
    expect(list("failed")).toEqual(["alerts"]);
    expect(list("topojson")).toEqual(["land"]);
  });

  it("is ordered by what was pressed, and then by name", () => {
    const names = (column: "status" | "size", isDown: boolean) =>
      listAssets(snapshot.nodes, "", { column, isDown }).map(({ name }) => name);
    expect(names("status", false)[0]).toBe("alerts");
    expect(names("size", true)[0]).toBe("map");
  });
});

describe("activity", () => {
  const event = (type: EventView["type"], rest: Partial<EventView> = {}): EventView => ({
    id: 1,
    type,
    at: 0,
    runId: "7c1e",
    asset: "a",
    metadata: {},
    ...rest,
  });
  const told = (view: EventView): string | undefined => activityOf([view], noneLive, 5)[0]?.what;

  it("tells each event in few words", () => {
    expect(told(event("Materialization", { dataVersion: "sha256:d551b21b77aa" }))).toBe("d551b21b");
    expect(told(event("Materialization", { unchanged: true }))).toBe("same bytes as before");
    expect(told(event("StepSkipped", { reason: "alerts failed" }))).toBe("skipped, alerts failed");
    expect(told(event("RunEnd", { status: "Failure" }))).toBe("failed");
    expect(told(event("StepSuccess"))).toBeUndefined();
  });

  it("is said in one sentence each, with failures apart", () => {
    const batch = {
      cursor: 1,
      events: [event("Materialization"), event("StepFailure", { asset: "b", partition: "2018" })],
      runs: [],
      nodes: [],
      live: [],
    };
    expect(wordsOf(batch)).toEqual({ made: ["a was materialized"], failed: ["b, 2018, failed"] });
  });
});

describe("the part of a graph that is drawn", () => {
  it("has all that is seen, also of a graph that is lower than a step", () => {
    const view = viewOf({ scrollLeft: 0, scrollTop: 0, clientWidth: 1017, clientHeight: 107 });
    const { boxes } = layoutNow([{ width: 148, height: 54 }], []);
    expect(boxes.every((box) => isBoxIn(box, view))).toBe(true);
    for (let height = 1; height < 900; height += 7) {
      const { top, bottom } = viewOf({ scrollLeft: 0, scrollTop: height, clientWidth: 1, clientHeight: height });
      expect([top <= height, bottom >= 2 * height]).toEqual([true, true]);
    }
  });
});
