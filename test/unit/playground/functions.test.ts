/** The pipeline of the playground: its values, and that the texts which can be edited are the functions that run. */
import { join } from "node:path";
import {
  type Asset,
  type AssetContext,
  type Definition,
  MemoryStore,
  MetadataValue,
  Repository,
  SuperJsonIOHandler,
  type Task,
} from "edgewater";
import { describe, expect, it } from "vitest";
import * as geography from "../../../examples/earthquakes/geography.ts";
import { assets, tasks } from "../../../examples/earthquakes/monitoring.ts";
import { dataVersions } from "../../../examples/earthquakes/versions.ts";
import { functionsIn, functionsOf } from "../../../playground/build/functions.ts";
import { type Compute, codeVersionOf, editedGraph, type Version } from "../../../playground/edits/edited-graph.ts";
import expected from "../../runtime/node-deno-bun/monitoring-versions.json" with { type: "json" };

const folder = join(import.meta.dirname, "../../../examples/earthquakes");
const declared: readonly Definition[] = [...tasks, ...assets];

describe("the pipeline of the playground", () => {
  it("has the data versions that browsers have, and one asset that fails with what depends on it", async () => {
    await using repository = await opened(declared);
    const { failedAssets } = await repository.materialize({ selection: "all", raiseOnError: false });
    expect(failedAssets.map(({ name }) => name)).toEqual(["alerts"]);
    expect(String(failedAssets[0]?.error)).toContain("$[4].town: Invalid type: Expected string but received null");
    expect(await dataVersions(repository)).toEqual(expected);
  });

  it("makes the same values from the texts of its functions", async () => {
    const texts = await functionsOf([join(folder, "pipeline.ts"), join(folder, "monitoring.ts")]);
    expect(Object.keys(texts)).toEqual(
      declared
        .filter(({ kind }) => kind !== "external")
        .map(({ name }) => name)
        .sort(inOrder(texts)),
    );
    const versions = new Map<string, Version>();
    for (const [name, text] of Object.entries(texts))
      versions.set(name, { codeVersion: await codeVersionOf(text), compute: evaluated(name, text) });
    await using repository = await opened(editedGraph(declared, (name) => versions.get(name)));
    await repository.materialize({ selection: "all", raiseOnError: false });
    expect(await dataVersions(repository)).toEqual(expected);
    expect((await repository.storage.getLatestMaterialization("strong"))?.codeVersion).toBe(versions.get("strong")?.codeVersion);
  });
});

describe("functionsIn", () => {
  it("takes types away, keeps the text as it stands, and adds the helpers that are used", () => {
    const source = `
interface Row { readonly size: number }
function unused(): void {}
const half = (n: number) => n / 2;
function double(row: Row): number { return (row.size as number) * 2; }

/** Sizes. */
export const sizes = asset({ name: "all sizes", inputs: { rows } }, async ({ rows }, context): Promise<number[]> => {
  // Not empty.
  const first = rows[0]! satisfies Row;
  return new Map<string, number>([["a", double(first)]]).get("a")!;
});
const one = task({ name: "one" }, () => 1);
`;
    expect(functionsIn(source, "sizes.ts")).toEqual({
      "all sizes": `/** Sizes. */
async function all sizes({ rows }, context) {
  // Not empty.
  const first = rows[0];
  return new Map([["a", double(first)]]).get("a");
}

function double(row) { return (row.size) * 2; }
`,
      one: "function one() {\n  return 1;\n}\n",
    });
  });

  it("names the file that cannot be parsed", () => {
    expect(() => functionsIn("const = 1", "broken.ts")).toThrow("Cannot parse broken.ts");
  });
});

/** As the worker of an edited function has it. */
function evaluated(name: string, text: string): Compute {
  const given = { MetadataValue, geography: async () => geography };
  const make = new Function(...Object.keys(given), `"use strict";${text}\nreturn ${name};`);
  return make(...Object.values(given)) as (inputs: object, context: AssetContext) => unknown;
}

function inOrder(texts: object): (left: string, right: string) => number {
  const names = Object.keys(texts);
  return (left, right) => names.indexOf(left) - names.indexOf(right);
}

function opened(graph: readonly Definition[]): Promise<Repository> {
  return Repository.open({
    assets: graph.filter(({ kind }) => kind !== "task") as Asset[],
    tasks: graph.filter(({ kind }) => kind === "task") as Task[],
    ioHandler: new SuperJsonIOHandler({ store: new MemoryStore(), prefix: "earthquakes" }),
  });
}
