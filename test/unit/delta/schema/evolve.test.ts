import { describe, expect, it } from "vitest";
import { checkSchema } from "../../../../src/delta/schema/check.ts";
import { evolveSchema } from "../../../../src/delta/schema/evolve.ts";
import type { DeltaType } from "../../../../src/delta/schema/types.ts";
import { fitsInto } from "../../../../src/delta/schema/widening.ts";
import { array, decimal, field, map, requiredField, struct } from "../../../support/delta/schema.ts";

const table = struct(requiredField("id", "long"), field("place", struct(field("x", "double"))), field("tags", array("string")));

describe("the schema of a table", () => {
  it("stays when rows have it, in any order, case and narrower types", () => {
    const rows = struct(field("TAGS", array("string")), field("Id", "integer"), field("place", struct(field("X", "float"))));
    expect(evolveSchema(table, rows, undefined)).toBe(table);
    expect(evolveSchema(table, rows, "merge")).toBe(table);
  });

  it("stays when rows lack nullable columns", () => expect(evolveSchema(table, struct(field("id", "long")), undefined)).toBe(table));

  it("gets the new columns, and fields of structs, of rows that are merged", () => {
    const rows = struct(
      requiredField("new", "date"),
      field("id", "long"),
      field("place", struct(field("y", "double"), field("x", "double"))),
    );
    expect(evolveSchema(table, rows, "merge")).toEqual(
      struct(
        requiredField("id", "long"),
        field("place", struct(field("x", "double"), field("y", "double"))),
        field("tags", array("string")),
        field("new", "date"),
      ),
    );
  });

  it("gets the type of a column that was always null", () =>
    expect(evolveSchema(struct(field("a", "void")), struct(field("a", "long")), "merge")).toEqual(struct(field("a", "long"))));

  it("becomes that of rows that overwrite it", () => {
    const rows = struct(field("other", "string"));
    expect(evolveSchema(table, rows, "overwrite")).toBe(rows);
  });

  it.each([
    ["an unknown column", struct(field("id", "long"), field("more", "long")), undefined, /"more": the table has no such column/],
    ["an unknown field", struct(field("id", "long"), field("place", struct(field("z", "long")))), undefined, /"place.z"/],
    ["rows without a column that is not nullable", struct(field("tags", array("string"))), "merge", /"id": the rows lack it/],
    ["another type", struct(field("id", "string")), "merge", /the rows have string, and the table has long/],
    ["a wider type", struct(field("id", decimal(20, 0))), "merge", /the rows have decimal\(20,0\)/],
    ["elements of another type", struct(field("id", "long"), field("tags", array("long"))), "merge", /"tags.element"/],
    ["a map for a list", struct(field("id", "long"), field("tags", map("long", "long"))), "merge", /map<long, long>/],
  ] as const)("refuses %s", (_, rows, mode, message) => {
    const error = { code: "ValidationError", message: expect.stringMatching(message) };
    expect(() => evolveSchema(table, rows, mode)).toThrow(expect.objectContaining(error));
  });
});

describe("a type", () => {
  const fits: readonly (readonly [DeltaType, DeltaType])[] = [
    ["byte", "short"],
    ["short", "long"],
    ["integer", "double"],
    ["float", "double"],
    ["date", "timestamp_ntz"],
    ["integer", decimal(10, 0)],
    ["long", decimal(20, 1)],
    [decimal(10, 2), decimal(12, 4)],
    ["void", "string"],
  ];
  const wrong: readonly (readonly [DeltaType, DeltaType])[] = [
    ["long", "integer"],
    ["long", "double"],
    ["double", "float"],
    ["date", "timestamp"],
    ["integer", "float"],
    ["long", decimal(19, 1)],
    [decimal(10, 2), decimal(11, 4)],
    [decimal(10, 2), "double"],
    ["string", "binary"],
  ];

  it.each(fits)("%j fits into %j", (from, to) => expect(fitsInto(from, to)).toBe(true));
  it.each(wrong)("%j does not fit into %j", (from, to) => expect(fitsInto(from, to)).toBe(false));
});

describe("a schema that is written", () => {
  it("may have any name where columns are mapped", () => {
    expect(() => checkSchema(struct(field("a b", "long")), [], "name")).not.toThrow();
    expect(() => checkSchema(struct(field("ü", "long"), field("p", "date")), ["p"])).not.toThrow();
  });

  it.each([
    ["no columns", struct(), [], /has no fields/],
    ["a name with a space", struct(field("a b", "long")), [], /"a b" has one of the characters/],
    ["an empty name", struct(field("", "long")), [], /empty/],
    ["names that differ by case", struct(field("a", struct(field("b", "long"), field("B", "long")))), [], /"a.B" has the name of another/],
    ["a partition column that is missing", struct(field("a", "long")), ["p"], /"p" is a partition column, and no column/],
    ["a list as a partition column", struct(field("a", array("long"))), ["a"], /of the type array/],
    ["only partition columns", struct(field("a", "long")), ["a"], /has partition columns only/],
    ["a decimal that is too long", struct(field("a", array(decimal(40, 2)))), [], /"a.element" is a decimal\(40,2\)/],
  ] as const)("refuses %s", (_, schema, partitionColumns, message) => {
    const error = { code: "SettingsError", message: expect.stringMatching(message) };
    expect(() => checkSchema(schema, partitionColumns)).toThrow(expect.objectContaining(error));
  });
});
