import {
  asset,
  type BaseIOHandler,
  type Definition,
  type DefinitionOptions,
  InMemoryIOHandler,
  type Inputs,
  Repository,
  task,
} from "edgewater";
import { describe, expect, it, vi } from "vitest";

const duck = { handleOutput: () => undefined, loadInput: () => 1 };

type Define = (options: DefinitionOptions<string, Inputs, BaseIOHandler>, compute: () => unknown) => Definition;

describe.each([
  ["asset", asset as Define],
  ["task", task as Define],
] as const)("%s", (kind, define) => {
  it.each([
    ["duck-typed", duck],
    ["42", 42],
    ["null", null],
    ["a class, not an instance", InMemoryIOHandler],
  ])("refuses a handler that is %s, and says what to do", (_, handler) => {
    expect(() => define({ name: "a", ioHandler: handler as unknown as BaseIOHandler }, () => 1)).toThrow(
      expect.objectContaining({
        code: "DefinitionError",
        field: "ioHandler",
        message: expect.stringMatching(/extend BaseIOHandler|pass an instance/),
      }),
    );
  });

  it.each([
    ["is empty", ""],
    ["is missing", undefined],
    ["is no text", 5],
    ["UTF-8 cannot carry", "a\ud800"],
  ])("refuses a name that %s", (_, name) => {
    expect(() => define({ name: name as string }, () => 1)).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });

  it("refuses an input that is none, naming it", () => {
    expect(() => define({ name: "a", inputs: { wrong: { name: "b" } as never } }, () => 1)).toThrow(
      expect.objectContaining({ code: "DefinitionError", asset: "a", field: "wrong" }),
    );
  });

  it("refuses to be without a function", () => {
    expect(() => define({ name: "a" }, undefined as never)).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });

  it("cannot be changed afterwards", () => {
    const definition = define({ name: "a", metadata: { team: "x" } }, () => 1);
    expect(definition).toMatchObject({ kind, name: "a", metadata: { team: { kind: "Text", value: "x" } } });
    expect(Object.isFrozen(definition) && Object.isFrozen(definition.metadata)).toBe(true);
  });

  it("does not call its function", () => {
    const compute = vi.fn(() => 1);
    define({ name: "a" }, compute);
    expect(compute).not.toHaveBeenCalled();
  });
});

describe("a handler", () => {
  it("of another copy of the library is one", async () => {
    vi.resetModules();
    const copy = await import("../../src/io-handler/in-memory.ts");
    expect(copy.InMemoryIOHandler).not.toBe(InMemoryIOHandler);
    const made = asset({ name: "a", ioHandler: new copy.InMemoryIOHandler() as unknown as InMemoryIOHandler }, () => 1);
    await using repository = await Repository.open({ assets: [made] });
    await repository.materialize();
    expect(await repository.load(made)).toBe(1);
  });

  it("that is duck-typed is refused as a repository's default too", async () => {
    await expect(Repository.open({ assets: [], ioHandler: duck as unknown as BaseIOHandler })).rejects.toMatchObject({
      code: "DefinitionError",
    });
  });
});
