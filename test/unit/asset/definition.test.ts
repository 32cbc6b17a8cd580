import {
  asset,
  type BaseIOHandler,
  type Definition,
  type DefinitionOptions,
  InMemoryIOHandler,
  type Inputs,
  multiAsset,
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
    const copy = await import("../../../src/io-handler/in-memory.ts");
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

describe("what is said of an asset", () => {
  const said = { tags: { team: "quakes" }, kinds: ["duckdb"], group: "geo", codeVersion: "v2", metadata: { owner: "ada" } } as const;

  it("is kept with it, and its code version with what it makes", async () => {
    const made = asset({ name: "made", ...said }, () => 1);
    const { outputs } = multiAsset({ name: "several", outputs: { left: said } }, () => ({ left: 1 }));
    for (const definition of [made, outputs.left]) {
      expect(definition).toMatchObject({ ...said, metadata: { owner: { kind: "Text", value: "ada" } } });
      expect(Object.isFrozen(definition.tags) && Object.isFrozen(definition.kinds)).toBe(true);
    }
    await using repository = await Repository.open({ assets: [made] });
    const { runId } = await repository.materialize({ tags: { reason: "test" } });
    expect((await repository.storage.getLatestMaterialization("made"))?.codeVersion).toBe("v2");
    expect((await repository.storage.getRun(runId))?.tags).toEqual({ reason: "test" });
  });

  it("is refused where it is wrong, naming the asset", () => {
    expect(() => asset({ name: "a", metadata: { bad: {} as never } }, () => 1)).toThrow(
      expect.objectContaining({ code: "MetadataError", field: "bad" }),
    );
    expect(() => asset({ name: "a", partitions: { definition: "daily" as never } }, () => 1)).toThrow(
      expect.objectContaining({ code: "DefinitionError", field: "partitions" }),
    );
    expect(() => multiAsset({ name: "a", outputs: {} }, () => ({}))).toThrow(
      expect.objectContaining({ code: "DefinitionError", field: "outputs" }),
    );
  });
});
