import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSchema, printSchema } from "../../../../src/delta/schema/schema-string.ts";
import { aSchema } from "../../../support/delta/arbitrary.ts";
import { array, decimal, field, map, requiredField, struct } from "../../../support/delta/schema.ts";

const text = (type: unknown): string => JSON.stringify({ type: "struct", fields: [{ name: "a", type, nullable: true, metadata: {} }] });

describe("the schema of a table", () => {
  it("is printed as Spark prints it", () => {
    const schema = struct(requiredField("id", "long"), field("price", decimal(10, 2)), field("tags", map("string", array("integer"))));
    expect(printSchema(schema)).toBe(
      '{"type":"struct","fields":[{"name":"id","type":"long","nullable":false,"metadata":{}},' +
        '{"name":"price","type":"decimal(10,2)","nullable":true,"metadata":{}},' +
        '{"name":"tags","type":{"type":"map","keyType":"string","valueType":{"type":"array","elementType":"integer","containsNull":true},' +
        '"valueContainsNull":true},"nullable":true,"metadata":{}}]}',
    );
  });

  it("is parsed as it was printed", () =>
    fc.assert(
      fc.property(aSchema(3), (schema) => {
        expect(printSchema(parseSchema(printSchema(schema)))).toBe(printSchema(schema));
      }),
      { numRuns: 100, seed: 3 },
    ));

  it("keeps metadata with every digit", () => {
    const json = `{"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":{"delta.identity.start":9007199254740993}}]}`;
    expect(printSchema(parseSchema(json))).toBe(json);
  });

  it("reads a decimal without digits as decimal(10,0), and spaces in one", () => {
    expect(parseSchema(text("decimal")).fields[0]?.type).toEqual(decimal(10, 0));
    expect(parseSchema(text("decimal( 38, 18 )")).fields[0]?.type).toEqual(decimal(38, 18));
  });

  it.each([
    ["no JSON", "{", /it is no JSON/],
    ["another value", '"long"', /it is no struct/],
    ["a struct without fields", '{"type":"struct"}', /a struct has no fields/],
    ["a field without a name", '{"type":"struct","fields":[{"type":"long","nullable":true}]}', /a field has no name/],
    [
      "a field that is not said to be nullable",
      '{"type":"struct","fields":[{"name":"a","type":"long"}]}',
      /at "a": nullable is neither true nor false/,
    ],
    ["a decimal that is too long", text("decimal(39,2)"), /at "a": "decimal\(39,2\)" is no decimal/],
    ["a decimal of negative scale", text("decimal(3,-2)"), /is no decimal/],
    ["a list without a type", text({ type: "array", containsNull: true }), /at "a.element": a part of it is no object/],
    ["two fields of one name", printSchema(struct(field("a", "long"), field("a", "long"))), /two fields have the name "a"/],
  ])("refuses %s", (_, json, message) => {
    expect(() => parseSchema(json)).toThrow(expect.objectContaining({ code: "Integrity", message: expect.stringMatching(message) }));
  });

  it("refuses a type that it does not know by name", () => {
    const error = { code: "NotSupported", message: expect.stringMatching(/the column "a": its type "variant" is not supported/) };
    expect(() => parseSchema(text("variant"))).toThrow(expect.objectContaining(error));
  });

  it("refuses endless nesting", () => {
    let type: unknown = "long";
    for (let depth = 0; depth < 400; depth++) type = { type: "array", elementType: type, containsNull: true };
    expect(() => parseSchema(text(type))).toThrow(expect.objectContaining({ code: "NotSupported" }));
    const hostile = '{"type":"array","elementType":'.repeat(100_000);
    expect(() => parseSchema(hostile)).toThrow(expect.objectContaining({ code: "Integrity" }));
  });
});
