import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { metadataFromText, metadataFromWire, metadataToText, metadataToWire } from "../../../src/metadata/metadata-json.ts";
import { MetadataValue } from "../../../src/metadata/metadata-value.ts";

const text = fc.string({ unit: "binary" });
const finite = fc.double({ noDefaultInfinity: true, noNaN: true });
const { metadata } = fc.letrec<{ metadata: MetadataValue }>((tie) => ({
  metadata: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(text, fc.constant('"Int":{"value":12345678901234567890}'), fc.constant('{"Int":{"value":"5"}}')).map(MetadataValue.text),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(MetadataValue.int),
    fc.integer().map(MetadataValue.int),
    fc.double().map(MetadataValue.float),
    fc.boolean().map(MetadataValue.bool),
    fc.constant(MetadataValue.null()),
    finite.map(MetadataValue.timestamp),
    finite.map(MetadataValue.duration),
    finite.map(MetadataValue.percentage),
    fc.maxSafeNat().map(MetadataValue.bytes),
    fc.webUrl({ withFragments: true, withQueryParameters: true }).map(MetadataValue.url),
    text.map(MetadataValue.path),
    text.map(MetadataValue.image),
    text.map(MetadataValue.md),
    fc.jsonValue().map(MetadataValue.json),
    fc.tuple(text, fc.option(text, { nil: undefined })).map(([query, dialect]) => MetadataValue.sql(query, dialect)),
    fc.tuple(text, fc.option(text, { nil: undefined })).map(([code, language]) => MetadataValue.codeBlock(code, language)),
    fc.array(tie("metadata"), { maxLength: 4 }).map(MetadataValue.list),
    fc
      .tuple(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") }),
        fc.constantFrom("2024-02-29", "2024-02-29T06:00:00.123456789"),
      )
      .map(([start, end]) => MetadataValue.dateRange(start, end)),
    fc.uint8Array().map(MetadataValue.schema),
    text.map(MetadataValue.dataVersion),
  ),
}));

describe("the wire form of metadata", () => {
  it.each([
    [MetadataValue.int(1), { Int: { value: 1 } }],
    [MetadataValue.null(), { Null: {} }],
    [MetadataValue.sql("select 1"), { Sql: { query: "select 1", dialect: null } }],
    [MetadataValue.codeBlock("x = 1", "python"), { CodeBlock: { code: "x = 1", language: "python" } }],
    [MetadataValue.list([1, "a"]), { List: { value: [{ Int: { value: 1 } }, { Text: { value: "a" } }] } }],
    [MetadataValue.dateRange("2024-01-01", new Date(0)), { DateRange: { start: "2024-01-01", end: "1970-01-01T00:00:00" } }],
    [MetadataValue.schema(Uint8Array.of(1, 255)), { Schema: { ipc_bytes: [1, 255] } }],
    [MetadataValue.dataVersion("v1"), { DataVersion: { value: "v1" } }],
    [MetadataValue.int(2n ** 62n), { Int: { value: "4611686018427387904" } }],
    [MetadataValue.float(-0), { Float: { value: "-0" } }],
  ])("represents %o", (value, wire) => expect(metadataToWire(value)).toEqual(wire));

  it("round-trips through JSON", () => {
    fc.assert(
      fc.property(
        metadata,
        (value) => void expect(metadataFromWire(JSON.parse(JSON.stringify(metadataToWire(value))))).toStrictEqual(value),
      ),
    );
  });

  it("round-trips through JSON text", () => {
    fc.assert(fc.property(metadata, (value) => void expect(metadataFromText(metadataToText(value))).toStrictEqual(value)));
  });

  it("keeps every digit of a whole number in its text", () => {
    expect(metadataToText(MetadataValue.list([2n ** 62n + 1n]))).toBe('{"List":{"value":[{"Int":{"value":4611686018427387905}}]}}');
    expect(metadataFromText(' { "Int" : { "value" : -9223372036854775808 } } ')).toEqual({ kind: "Int", value: -(2n ** 63n) });
  });

  it.each(["Null", { Null: null }, { Null: {} }])("reads %o as null", (wire) => expect(metadataFromWire(wire).kind).toBe("Null"));

  it.each([
    ["undefined", undefined],
    ["an array", []],
    ["no kind", {}],
    ["two kinds", { Text: { value: "a" }, Int: { value: 1 } }],
    ["an unknown kind", { Video: { value: "a" } }],
    ["an inherited name", { toString: { value: "a" } }],
    ["a bare value", { Int: 1 }],
    ["a missing value", { Text: {} }],
    ["a fraction for a whole number", { Int: { value: 0.5 } }],
    ["a whole number that may have lost digits", { Int: { value: 2 ** 60 } }],
    ["a whole number beyond 64 bits", { Int: { value: "9223372036854775808" } }],
    ["text for a number", { Float: { value: "many" } }],
    ["text that is not JSON", { Json: { value: "{" } }],
    ["a number for JSON", { Json: { value: 1 } }],
    ["a byte above 255", { Schema: { ipc_bytes: [256] } }],
    ["a time with a zone", { DateRange: { start: "2024-01-01T00:00:00Z", end: "2024-01-02" } }],
    ["a list that is not an array", { List: { value: "a" } }],
    ["a dialect that is not text", { Sql: { query: "a", dialect: 1 } }],
  ])("refuses %s", (_, wire) => expect(() => metadataFromWire(wire)).toThrow(expect.objectContaining({ code: "MetadataError" })));

  it("refuses lists that nest too deep, in both directions, and text that is not JSON", () => {
    let value = MetadataValue.list([]);
    let wire: unknown = metadataToWire(value);
    for (let depth = 0; depth < 101; depth++) {
      value = MetadataValue.list([value]);
      wire = { List: { value: [wire] } };
    }
    const refused = expect.objectContaining({ code: "MetadataError" });
    expect(() => metadataToWire(value)).toThrow(refused);
    expect(() => metadataFromWire(wire)).toThrow(refused);
    expect(() => metadataFromText("{")).toThrow(refused);
  });
});
