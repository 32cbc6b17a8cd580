import { MetadataValue, OutputContext } from "edgewater";
import { describe, expect, it } from "vitest";

describe("addOutputMetadata", () => {
  it.each([
    ["a boolean", true, { kind: "Bool", value: true }],
    ["a whole number", 1707, { kind: "Int", value: 1707 }],
    ["a large whole number", 2 ** 60, { kind: "Int", value: 2n ** 60n }],
    ["a whole number beyond 64 bits", 1e300, { kind: "Float", value: 1e300 }],
    ["a small bigint", 5n, { kind: "Int", value: 5 }],
    ["a large bigint", 2n ** 62n + 1n, { kind: "Int", value: 2n ** 62n + 1n }],
    ["a fraction", 0.5, { kind: "Float", value: 0.5 }],
    ["minus zero", -0, { kind: "Float", value: -0 }],
    ["NaN", Number.NaN, { kind: "Float", value: Number.NaN }],
    ["text", "", { kind: "Text", value: "" }],
    ["null", null, { kind: "Null", value: null }],
    ["a Date", new Date(1500), { kind: "Timestamp", value: 1.5 }],
    ["a metadata value", MetadataValue.md("# x"), { kind: "Markdown", value: "# x" }],
  ])("coerces %s", (_, input, expected) => {
    const context = new OutputContext({ assetName: "a" });
    context.addOutputMetadata({ key: input });
    expect(context.outputMetadata).toEqual({ key: expected });
  });

  it.each([
    ["undefined", undefined],
    ["an object", { a: 1 }],
    ["an array", [1]],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["an invalid Date", new Date(Number.NaN)],
    ["a bigint beyond 64 bits", 2n ** 63n],
    ["an object that looks like a metadata value", { kind: "Text", value: "x" }],
  ])("refuses %s, names the key and adds nothing", (_, input) => {
    const context = new OutputContext({ assetName: "a", outputMetadata: { before: 1 } });
    expect(() => context.addOutputMetadata({ good: 1, bad: input as never })).toThrow(
      expect.objectContaining({ code: "MetadataError", field: "bad" }),
    );
    expect(Object.keys(context.outputMetadata)).toEqual(["before"]);
  });
});

describe("MetadataValue", () => {
  it("stores a URL in its canonical form", () => {
    expect(MetadataValue.url("https://EXAMPLE.com")).toEqual({ kind: "Url", value: "https://example.com/" });
  });

  it.each([
    ["url", () => MetadataValue.url("no url")],
    ["json", () => MetadataValue.json(undefined)],
    ["json of a bigint", () => MetadataValue.json(1n)],
    ["int", () => MetadataValue.int(0.5)],
    ["duration", () => MetadataValue.duration(Number.NaN)],
    ["bytes", () => MetadataValue.bytes(-1)],
    ["text", () => MetadataValue.text(1 as never)],
  ])("%s refuses a value that does not fit", (_, make) => expect(make).toThrow(expect.objectContaining({ code: "MetadataError" })));
});
