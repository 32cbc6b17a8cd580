import { describe, expect, it } from "vitest";
import { inferSchema } from "../../../../src/delta/schema/infer.ts";
import { array, field, map, struct } from "../../../support/delta/schema.ts";

describe("the schema of rows", () => {
  it("follows from their values", () => {
    const rows = [
      { id: 1, score: 1, big: 1, name: null, at: new Date(0), bytes: Uint8Array.of(1), ok: true },
      { id: 2, score: 0.5, big: 2n ** 60n, name: "b", list: [1, null], map: new Map([["k", 2.5]]), place: { x: 1.5 } },
      { place: { y: "north", x: null }, list: [] },
    ];
    expect(inferSchema(rows)).toEqual(
      struct(
        field("id", "long"),
        field("score", "double"),
        field("big", "long"),
        field("name", "string"),
        field("at", "timestamp"),
        field("bytes", "binary"),
        field("ok", "boolean"),
        field("list", array("long")),
        field("map", map("string", "double")),
        field("place", struct(field("x", "double"), field("y", "string"))),
      ),
    );
  });

  it("has a double for numbers that no long holds exactly", () => {
    const rows = [{ a: -0, b: 2 ** 53, c: Number.NaN }];
    expect(inferSchema(rows).fields.map(({ type }) => type)).toEqual(["double", "double", "double"]);
  });

  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;

  it.each([
    ["no rows", [], /no rows; declare the schema/],
    ["a column of nulls", [{ a: null }], /"a": every value is null or empty/],
    ["a list that is always empty", [{ a: [] }], /"a.element": every value is null or empty/],
    ["texts and numbers", [{ a: "x" }, { a: 1 }], /"a": one value is string, another a whole number/],
    ["bigints and fractions", [{ a: 1n }, { a: 0.5 }], /one value is long, another double/],
    ["an object and a number", [{ a: {} }, { a: 1 }], /one value is an object, another/],
    ["a function", [{ a: () => 1 }], /a function is no value of a table/],
    ["an instance of a class", [{ a: new URL("data:,x") }], /an instance of URL is no value/],
    ["a value that holds itself", [cyclic], /nested more than 64 levels/],
  ] as const)("is not inferred from %s", (_, rows, message) => {
    const error = { code: "ValidationError", message: expect.stringMatching(message) };
    expect(() => inferSchema(rows as never)).toThrow(expect.objectContaining(error));
  });
});
