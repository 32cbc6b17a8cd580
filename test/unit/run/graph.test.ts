import { type Asset, asset, task } from "edgewater";
import { describe, expect, it } from "vitest";
import { bindComputation, type Computation } from "../../../src/asset/computation.ts";
import { singleOutput } from "../../../src/asset/outputs.ts";
import type { Definition } from "../../../src/asset/types.ts";
import { graphOf, nodeOf } from "../../../src/run/graph.ts";
import { planOf } from "../../../src/run/plan.ts";

const loadingContext = { now: new Date(0), dynamicKeys: () => [] };
const a = asset({ name: "a" }, () => 1);
const b = asset({ name: "b", inputs: { a } }, ({ a }) => a);
const c = asset({ name: "c", inputs: { a, b } }, ({ a, b }) => a + b);

describe("graphOf", () => {
  it("sorts every node after its inputs", () => {
    expect([...graphOf([c, b, a]).nodes.keys()]).toEqual(["a", "b", "c"]);
  });

  it("refuses a duplicate name", () => {
    expect(() => graphOf([a, asset({ name: "a" }, () => 2)])).toThrow(expect.objectContaining({ code: "GraphError", asset: "a" }));
    expect(() => graphOf([a, task({ name: "a" }, () => 2)])).toThrow(expect.objectContaining({ code: "GraphError" }));
  });

  it("refuses an input that is missing, and names it", () => {
    expect(() => graphOf([b])).toThrow(/Unknown input "a" of "b": .*; add it to assets of Repository\.open/);
    const t = task({ name: "t" }, () => 1);
    expect(() => graphOf([asset({ name: "x", inputs: { t } }, () => 1)])).toThrow(/add it to tasks of Repository\.open/);
  });

  it("refuses an input that is another definition of the same name", () => {
    expect(() => graphOf([asset({ name: "a" }, () => 2), b])).toThrow(/another definition/);
  });

  it("refuses a value that is not a definition", () => {
    expect(() => graphOf([{ kind: "asset", name: "a", inputs: {} }])).toThrow(expect.objectContaining({ code: "GraphError" }));
  });

  it("refuses a cycle, and names the path", () => {
    const inputs: Record<string, Definition> = {};
    const x = looped("x", inputs);
    inputs["y"] = looped("y", { x });
    const { y } = inputs;
    expect(() => graphOf([x, y])).toThrow(/"x" depends on itself: x takes y takes x/);
  });

  it("does not overflow the stack on a long chain", () => {
    let last: Asset<number> = asset({ name: "0" }, () => 0);
    const chain: Definition[] = [last];
    for (let index = 1; index < 20_000; index++) {
      last = asset({ name: String(index), inputs: { last } }, ({ last }) => last);
      chain.push(last);
    }
    expect([...graphOf(chain.reverse()).nodes.keys()].slice(-1)).toEqual(["19999"]);
  });
});

describe("nodeOf", () => {
  const graph = graphOf([a]);
  it("finds a node by its name or its definition", () => {
    expect(nodeOf(graph, "a").definition).toBe(a);
    expect(nodeOf(graph, a).definition).toBe(a);
  });
  it("refuses an unknown name, and lists the names of the repository", () => {
    expect(() => nodeOf(graph, "z")).toThrow(/Unknown asset "z"; the repository has a/);
    expect(() =>
      nodeOf(
        graph,
        asset({ name: "a" }, () => 2),
      ),
    ).toThrow(expect.objectContaining({ code: "GraphError" }));
  });
});

describe("planOf", () => {
  const t = task({ name: "t", inputs: { a } }, ({ a }) => a);
  const unused = task({ name: "unused" }, () => 1);
  const d = asset({ name: "d", inputs: { t, b } }, ({ t, b }) => t + b);
  const graph = graphOf([a, b, d, t, unused]);
  it.each([
    ["every asset, and the tasks that they take", {}, ["a", "b", "t", "d"]],
    ["the selected asset and its tasks, not its assets", { selection: ["d"] }, ["t", "d"]],
    ["everything that it is made from", { selection: [d], includeUpstream: true }, ["a", "b", "t", "d"]],
    ["a task by name", { selection: ["unused"] }, ["unused"]],
    ["nothing", { selection: [] }, []],
  ])("chooses %s", (_, selection, expected) => {
    expect(
      planOf(graph, selection, loadingContext)
        .map(({ label }) => label)
        .sort(),
    ).toEqual([...expected].sort());
  });
  it("lets a step wait only for steps of the same plan", () => {
    expect(planOf(graph, { selection: ["d"] }, loadingContext).map(({ label, after }) => [label, after])).toEqual([
      ["t", []],
      ["d", ["1:t"]],
    ]);
  });
});

/** A definition whose inputs can still be changed; those of a declared one cannot. */
function looped(name: string, from: Record<string, Definition>): Definition {
  const spec = {
    isBare: true,
    partitionMapping: undefined,
    typeHint: undefined,
    ioHandler: undefined,
    metadata: {},
    missing: "throw",
  } as const;
  const outputs: Definition[] = [];
  const computation: Computation = {
    kind: "asset",
    name,
    outputs,
    get inputs() {
      return Object.entries(from).map(([input, source]) => ({ ...spec, name: input, source }));
    },
    partitions: undefined,
    timeoutMs: undefined,
    executor: undefined,
    isBatch: false,
    skipUnchanged: false,
    retry: undefined,
    splitOutputs: singleOutput,
    compute: () => 1,
  };
  const definition = bindComputation({ ...a, name }, computation);
  outputs.push(definition);
  return definition;
}
