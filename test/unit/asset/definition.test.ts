import {
  asset,
  type BaseIOHandler,
  type Definition,
  type DefinitionOptions,
  dynamicPartitions,
  InMemoryIOHandler,
  type Inputs,
  multiAsset,
  Output,
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
    ["an object with both methods", duck],
    ["a number", 42],
    ["null", null],
    ["the name of a handler", "key"],
    ["a class", InMemoryIOHandler],
  ])("refuses %s as a handler and says what to do", (_, handler) => {
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
    ["is a number", 5],
    ["has a lone surrogate", "a\ud800"],
    ["has the character NUL", "a\0b"],
  ])("refuses a name that %s", (_, name) => {
    expect(() => define({ name: name as string }, () => 1)).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });

  it("refuses an invalid input and names it", () => {
    expect(() => define({ name: "a", inputs: { wrong: { name: "b" } as never } }, () => 1)).toThrow(
      expect.objectContaining({ code: "DefinitionError", asset: "a", field: "wrong" }),
    );
  });

  it("refuses a missing function", () => {
    expect(() => define({ name: "a" }, undefined as never)).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });

  it("returns a frozen definition", () => {
    const definition = define({ name: "a", metadata: { team: "x" } }, () => 1);
    expect(definition).toMatchObject({ kind, name: "a", metadata: { team: { kind: "Text", value: "x" } } });
    expect(Object.isFrozen(definition) && Object.isFrozen(definition.metadata)).toBe(true);
  });

  it("does not call the function", () => {
    const compute = vi.fn(() => 1);
    define({ name: "a" }, compute);
    expect(compute).not.toHaveBeenCalled();
  });
});

describe("a handler", () => {
  it("may be of another copy of the library", async () => {
    vi.resetModules();
    const copy = await import("../../../src/io-handler/in-memory.ts");
    expect(copy.InMemoryIOHandler).not.toBe(InMemoryIOHandler);
    const made = asset({ name: "a", ioHandler: new copy.InMemoryIOHandler() as unknown as InMemoryIOHandler }, () => 1);
    await using repository = await Repository.open({ assets: [made] });
    await repository.materialize();
    expect(await repository.load(made)).toBe(1);
  });

  it("must extend BaseIOHandler as the default of a repository, too", async () => {
    await expect(Repository.open({ assets: [], ioHandler: duck as unknown as BaseIOHandler })).rejects.toMatchObject({
      code: "DefinitionError",
    });
  });
});

describe("the description of an asset", () => {
  const description = { tags: { team: "quakes" }, kinds: ["duckdb"], group: "geo", codeVersion: "v2", metadata: { owner: "ada" } } as const;

  it("is part of the definition; the code version is recorded with the materialization", async () => {
    const single = asset({ name: "made", ...description }, () => 1);
    const { outputs } = multiAsset({ name: "several", outputs: { left: description } }, () => ({ left: 1 }));
    for (const definition of [single, outputs.left]) {
      expect(definition).toMatchObject({ ...description, metadata: { owner: { kind: "Text", value: "ada" } } });
      expect(Object.isFrozen(definition.tags) && Object.isFrozen(definition.kinds)).toBe(true);
    }
    await using repository = await Repository.open({ assets: [single] });
    const { runId } = await repository.materialize({ tags: { reason: "test" } });
    expect((await repository.storage.getLatestMaterialization("made"))?.codeVersion).toBe("v2");
    expect((await repository.storage.getRun(runId))?.tags).toEqual({ reason: "test" });
  });

  it("is refused when a part is invalid, with the field in the error", () => {
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

describe("Output", () => {
  it("refuses tags, which belong to the asset", () => {
    // @ts-expect-error tags belong to the asset
    expect(() => Output(1, { tags: { a: "b" } })).toThrow('Unknown option "tags" of Output');
  });
});

describe.each([
  ["a lone surrogate", "a\ud800"],
  ["NUL", "a\0b"],
])("a text with %s", (_, text) => {
  it.each<[string, Partial<DefinitionOptions<string, Inputs, BaseIOHandler>>]>([
    ["codeVersion", { codeVersion: text }],
    ["group", { group: text }],
    ["kinds", { kinds: ["fine", text] }],
    ["tags", { tags: { [text]: "v" } }],
    ["tags", { tags: { tag: text } }],
  ])("is refused as %s", (field, options) => {
    const refused = expect.objectContaining({ code: "DefinitionError", field });
    expect(() => asset({ name: "a", ...options }, () => 1)).toThrow(refused);
    expect(() => multiAsset({ name: "m", outputs: { a: options as object } }, () => ({ a: 1 }))).toThrow(refused);
  });

  it("is refused as a data version, as the name of dynamic partitions, as a tag of a run and as a run to resume", async () => {
    const registered = asset({ name: "a" }, (_, context) => context.registerDataVersion(text));
    expect(() => dynamicPartitions(text)).toThrow(expect.objectContaining({ code: "PartitionError" }));
    await using repository = await Repository.open({ assets: [registered] });
    await expect(repository.materialize()).rejects.toMatchObject({ code: "InvalidPath", asset: "a" });
    await expect(repository.materialize({ tags: { tag: text } })).rejects.toMatchObject({ code: "InvalidPath" });
    await expect(repository.materialize({ resume: text })).rejects.toMatchObject({ code: "InvalidPath" });
  });
});
