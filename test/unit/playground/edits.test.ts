import type { FailureRecord } from "edgewater";
import { describe, expect, it } from "vitest";
import { downstreamOf } from "../../../playground/edits/downstream.ts";
import { codeVersionOf } from "../../../playground/edits/edited-graph.ts";
import { faultOf } from "../../../playground/edits/fault.ts";
import { switchable } from "../../../playground/switchable.ts";
import type { EventBatch, Inspection, NodeRow, Snapshot } from "../../../src/inspector/inspection.ts";

const row = (name: string, kind: NodeRow["kind"] = "asset"): NodeRow => ({
  name,
  kind,
  step: name,
  kinds: [],
  tags: {},
  status: "UpToDate",
  causes: [],
});

describe("downstreamOf", () => {
  it("names the assets that are made from a node, each once, in the order of the nodes", () => {
    const nodes = [row("feed", "external"), row("features", "task"), row("quakes"), row("strong"), row("map"), row("other")];
    const edges: Snapshot["edges"] = [
      [0, 1],
      [1, 2],
      [2, 3],
      [2, 4],
      [3, 4],
    ];
    expect(downstreamOf("features", nodes, edges)).toEqual(["quakes", "strong", "map"]);
    expect(downstreamOf("map", nodes, edges)).toEqual([]);
  });
});

describe("faultOf", () => {
  const failure: FailureRecord = {
    code: "StepFailed",
    name: "EdgewaterError",
    message: "wrapped",
    causes: [{ name: "TypeError", message: "one\ntwo\nthree\nfour" }],
    frames: ["at strong.js:12:3", "at strong.js:4:1"],
  };

  it("tells what the function has thrown, its line, and the first lines of the message", () => {
    expect(faultOf("strong", failure)).toEqual({ kind: "TypeError", message: "one\ntwo\nthree\n…", line: 12 });
  });

  it("tells the code of another failure, which has no line", () => {
    expect(faultOf("strong", { code: "Timeout", name: "EdgewaterError", message: "late", causes: [], frames: [] })).toEqual({
      kind: "Timeout",
      message: "late",
    });
    expect(faultOf("strong", undefined)).toBe(undefined);
  });
});

it("gives equal texts an equal code version", async () => {
  expect(await codeVersionOf("function a() {}")).toBe(await codeVersionOf("function a() {}"));
  expect(await codeVersionOf("function a() {}")).not.toBe(await codeVersionOf("function a() { }"));
});

it("goes on over another inspection: listeners get every node anew, and no event twice", async () => {
  const [first, second] = [fake(row("first")), fake(row("second"))];
  const { inspection, use } = switchable(first.inspection, { close: async () => {} });
  const stop = new AbortController();
  const told: EventBatch[] = [];
  const listening = (async () => {
    for await (const each of inspection.events(0, stop.signal)) if ("cursor" in each) told.push(each);
  })();
  first.tell(3);
  await expect.poll(() => told.length).toBe(1);
  use(second.inspection);
  await expect.poll(() => told.length).toBe(2);
  second.tell(5);
  await expect
    .poll(() => told.map(({ cursor, nodes }) => [cursor, nodes.map(([, { name }]) => name)]))
    .toEqual([
      [3, []],
      [3, ["second"]],
      [5, []],
    ]);
  expect(second.after).toEqual([3]);
  expect((await inspection.snapshot()).nodes[0]?.name).toBe("second");
  stop.abort();
  await listening;
});

/** An inspection of one node that tells what the test says. */
function fake(node: NodeRow): {
  readonly inspection: Inspection;
  readonly tell: (cursor: number) => void;
  readonly after: readonly number[];
} {
  const after: number[] = [];
  const queue: EventBatch[] = [];
  let wake = (): void => {};
  const inspection = {
    snapshot: async () => ({ nodes: [node] }),
    events: async function* (from: number, signal: AbortSignal) {
      after.push(from);
      while (!signal.aborted) {
        const batch = queue.shift();
        if (batch !== undefined) yield batch;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
        }
      }
    },
  } as unknown as Inspection;
  const tell = (cursor: number): void => {
    queue.push({ cursor, events: [], runs: [], nodes: [], live: [] });
    wake();
  };
  return { inspection, tell, after };
}
