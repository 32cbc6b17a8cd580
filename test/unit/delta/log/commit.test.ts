import { describe, expect, it } from "vitest";
import { printActions, readActions } from "../../../../src/delta/log/commit.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { added, created, removed } from "../../../support/delta/written-log.ts";

const table = { store: new MemoryStore(), root: "table" };
const key = "table/_delta_log/00000000000000000000.json";

function actionsOf(text: string): unknown[] {
  return [...readActions(table, key, new TextEncoder().encode(text))];
}

function problemOf(text: string): string {
  try {
    actionsOf(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("The commit was read");
}

describe("the lines of a commit", () => {
  const files = [added("a"), added("b,%20{\\"), removed("c")];

  it("are read alike with and without other actions among them", () => {
    expect(actionsOf(printActions(files))).toEqual(files);
    expect(actionsOf(printActions([...created(), ...files]))).toEqual([...created(), ...files]);
  });

  it("may be blank, have spaces around them, and end without a line break", () => {
    const [first, second, third] = printActions(files).split("\n");
    expect(actionsOf(`${first}\n\n  ${second}\r\n${third}`)).toEqual(files);
  });

  it("keep the numbers of rows beyond 2^53", () => {
    const baseRowId = 2n ** 53n + 1n;
    expect(actionsOf(printActions([added("a"), added("b", { baseRowId })]))).toEqual([added("a"), added("b", { baseRowId })]);
  });

  it("are named by their number where they are damaged", () => {
    const [first, , third] = printActions(files).split("\n");
    expect(problemOf(`${first}\n{"add":{"path":"b"\n${third}`)).toContain("line 2 is no action");
    expect(problemOf(`${first}\n{"add":{"path":"b"}}\n${third}`)).toContain("line 2 is no action: add.size");
  });

  it("are not one action when two damaged ones would make one", () => {
    const halves = '{"add":{"path":"a"\n"size":1,"partitionValues":{},"modificationTime":1,"dataChange":true}}\n';
    expect(problemOf(halves)).toContain("line 1 is no action");
    expect(problemOf(`{"add":[1\n{"add":2}]}\n`)).toContain("line 1 is no action");
  });

  it("are two actions when one line has them", () => {
    expect(problemOf('{"add":{}},{"add":{}}\n')).toContain("line 1 is no action");
  });
});
