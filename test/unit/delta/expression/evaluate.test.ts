import { describe, expect, it } from "vitest";
import type { Batch } from "../../../../src/delta/batch.ts";
import { bindCondition, bindExpression } from "../../../../src/delta/expression/bind.ts";
import { conditionOf, conjunctsOf } from "../../../../src/delta/expression/condition.ts";
import { compile, evaluateColumn, matchingRows } from "../../../../src/delta/expression/evaluate.ts";
import { parseExpression } from "../../../../src/delta/expression/parse.ts";
import type { DeltaType, StructType } from "../../../../src/delta/schema/types.ts";

const field = (name: string, type: DeltaType): StructType["fields"][number] => ({ name, type, nullable: true, metadata: {} });
const money: DeltaType = { type: "decimal", precision: 38, scale: 4 };
const schema: StructType = {
  type: "struct",
  fields: [
    field("id", "long"),
    field("n", "integer"),
    field("x", "double"),
    field("f", "float"),
    field("price", money),
    field("name", "string"),
    field("day", "date"),
    field("at", "timestamp"),
    field("wall", "timestamp_ntz"),
    field("raw", "binary"),
    field("ok", "boolean"),
    field("place", {
      type: "struct",
      fields: [field("City", "string"), field("geo", { type: "struct", fields: [field("lat", "double")] })],
    }),
    field("tags", { type: "array", elementType: "string", containsNull: true }),
  ],
};

const row = {
  id: 9007199254740993n,
  n: 5,
  x: 0.1,
  f: Math.fround(0.1),
  price: 12_345_678_901_234_567_890_123n,
  name: "Zoë",
  day: 19_737,
  at: 1_705_305_600_123_456n,
  wall: 1_705_305_600_000_000n,
  raw: Uint8Array.of(0, 255),
  ok: true,
  place: { City: "Oslo", geo: null },
  tags: ["a"],
};

/** The value of an expression for the row, of which some columns are replaced. */
function evaluated(text: string, changes: Readonly<Record<string, unknown>> = {}): unknown {
  const values: Readonly<Record<string, unknown>> = { ...row, ...changes };
  const batch: Batch = { schema, rowCount: 1, columns: schema.fields.map(({ name }) => [values[name]]) };
  return evaluateColumn(compile(bindExpression(parseExpression(text), [{ schema, alias: "t" }])), batch)[0];
}

describe("logic with three values", () => {
  const [yes, no, unknown] = ["TRUE", "FALSE", "NULL"];
  it.each([
    [`${unknown} AND ${no}`, false],
    [`${no} AND ${unknown}`, false],
    [`${unknown} AND ${yes}`, null],
    [`${unknown} OR ${yes}`, true],
    [`${yes} OR ${unknown}`, true],
    [`${unknown} OR ${no}`, null],
    [`NOT ${unknown}`, null],
    [`${unknown} = ${unknown}`, null],
    [`${unknown} <=> ${unknown}`, true],
    [`n <=> ${unknown}`, false],
    [`n = ${unknown}`, null],
    ["n IS NULL", false],
    [`${unknown} IS NULL`, true],
    [`n IN (1, ${unknown})`, null],
    [`n IN (5, ${unknown})`, true],
    [`n NOT IN (1, ${unknown})`, null],
    [`${unknown} IN (1)`, null],
    [`n BETWEEN ${unknown} AND 4`, false],
    [`${unknown} LIKE 'a'`, null],
    [`CASE WHEN ${unknown} THEN 1 ELSE 2 END`, 2n],
    [`n + ${unknown}`, null],
  ])("%s is %s", (text, value) => {
    expect(evaluated(text)).toBe(value);
  });

  it("holds for the rows whose condition is true, not for those where it is null", () => {
    const batch: Batch = { schema: { type: "struct", fields: [field("a", "integer")] }, rowCount: 4, columns: [[1, null, 3, null]] };
    const rowsOf = (text: string): readonly number[] => matchingRows(compile(bindCondition(parseExpression(text), batch.schema)), batch);
    expect(rowsOf("a > 1")).toEqual([2]);
    expect(rowsOf("NOT a > 1")).toEqual([0]);
    expect(rowsOf("a > 1 OR a IS NULL")).toEqual([1, 2, 3]);
    expect(rowsOf("NULL")).toEqual([]);
  });

  it("evaluates nothing after the result is known", () => {
    expect(evaluated("n = 5 OR 1 / 0 > 1")).toBe(true);
    expect(evaluated("n = 6 AND 1 / 0 > 1")).toBe(false);
    expect(evaluated("coalesce(n, 1 % 0)")).toBe(5n);
    expect(() => evaluated("n = 5 AND 1 / 0 > 1")).toThrow(/division by 0/);
  });
});

describe("exact comparison", () => {
  it("compares longs beyond 2^53 with longs, doubles and decimals", () => {
    expect(evaluated("id = 9007199254740993")).toBe(true);
    expect(evaluated("id = 9007199254740992")).toBe(false);
    expect(evaluated("id > 9007199254740992e0")).toBe(true);
    expect(evaluated("id = 9007199254740993.0")).toBe(true);
    expect(evaluated("id IN (9007199254740992, 9007199254740994)")).toBe(false);
    expect(evaluated("id IN (9007199254740993, 9007199254740994)")).toBe(true);
    expect(evaluated("id < 9223372036854775808", { id: 2n ** 63n - 1n })).toBe(true);
  });

  it("compares decimals at the finer scale", () => {
    expect(evaluated("price = 1234567890123456789.0123")).toBe(true);
    expect(evaluated("price < 1234567890123456789.01230001")).toBe(true);
    expect(evaluated("price > 1234567890123456789")).toBe(true);
    expect(evaluated("price IN (1, 1234567890123456789.01230)")).toBe(true);
  });

  it("compares doubles with decimals as doubles, and floats as they are", () => {
    expect(evaluated("x = 0.1")).toBe(true);
    expect(evaluated("x IN (1, 0.1)")).toBe(true);
    expect(evaluated("f = 0.1")).toBe(false);
    expect(evaluated("f = CAST(0.1 AS FLOAT)")).toBe(true);
    expect(evaluated("x = n", { x: 5 })).toBe(true);
  });

  it("takes NaN for the largest number, equal to itself, and -0 for 0", () => {
    expect(evaluated("x > 1e308", { x: Number.NaN })).toBe(true);
    expect(evaluated("x = x", { x: Number.NaN })).toBe(true);
    expect(evaluated("x IN (CAST('NaN' AS DOUBLE))", { x: Number.NaN })).toBe(true);
    expect(evaluated("x = 0", { x: -0 })).toBe(true);
    expect(evaluated("x < 0", { x: -0 })).toBe(false);
  });

  it("compares timestamps by microseconds, also with dates and across kinds", () => {
    expect(evaluated("at = '2024-01-15T08:00:00.123456Z'")).toBe(true);
    expect(evaluated("at = '2024-01-15 09:00:00.123456+01:00'")).toBe(true);
    expect(evaluated("at > '2024-01-15 08:00:00.123455'")).toBe(true);
    expect(evaluated("at > day AND at < DATE '2024-01-16'")).toBe(true);
    expect(evaluated("wall < at")).toBe(true);
    expect(evaluated("day = '2024-01-15'")).toBe(true);
    expect(evaluated("day >= '2024-01-15T06:00:00'")).toBe(false);
    expect(evaluated("day IN ('2024-01-14', '2024-01-15')")).toBe(true);
  });

  it("orders texts by code points, as their bytes in UTF-8", () => {
    expect(evaluated("name < '\u{1f600}'", { name: "\uffff" })).toBe(true);
    expect(evaluated("name > 'ab'", { name: "abc" })).toBe(true);
  });

  it("orders bytes unsigned", () => {
    expect(evaluated("raw > X'007F'")).toBe(true);
    expect(evaluated("raw IN (X'01', X'00FF')")).toBe(true);
  });

  it("reads texts beside other types as their values", () => {
    expect(evaluated("n = '5'")).toBe(true);
    expect(evaluated("id IN ('1', '9007199254740993')")).toBe(true);
    expect(evaluated("price > '0.5'")).toBe(true);
    expect(evaluated("ok = 'true'")).toBe(true);
    expect(evaluated("n = '5.5'")).toBe(false);
    expect(() => evaluated("n = 'five'")).toThrow(/"five" is no value of type INT/);
    expect(() => evaluated("day > 'yesterday'")).toThrow(/"yesterday" is no value of type DATE/);
  });
});

describe("arithmetic", () => {
  it.each([
    ["n + 1 * 2 - 3", 4n],
    ["id + 1", 9007199254740994n],
    ["7 / 2", 3.5],
    ["-7 % 3", -1n],
    ["n * 1.5", 75n],
    ["1.00 / 3", 3333333n * 10n ** 0n],
    ["-n", -5n],
    ["x * 2", 0.2],
    ["day + 1", 19_738],
    ["day - DATE '2024-01-01'", 14],
    ["nullif(n, 5)", null],
  ])("%s", (text, value) => {
    if (text === "1.00 / 3") return expect(String(evaluated(text))).toMatch(/^3{6}/);
    expect(evaluated(text)).toEqual(value);
  });

  it("refuses results that are out of range", () => {
    expect(() => evaluated("9223372036854775807 + 1")).toThrow(/beyond the range of BIGINT/);
    expect(() => evaluated("price * price * price")).toThrow(/beyond its range/);
    expect(() => evaluated("CAST(300 AS BYTE)")).toThrow(/Cannot convert 300 to TINYINT/);
    expect(() => evaluated("CAST('x' AS INT)")).toThrow(/Cannot convert "x" to INT/);
  });
});

describe("functions, LIKE and CAST", () => {
  it.each([
    ["upper(name)", "ZOË"],
    ["length('a\u{1f600}')", 2],
    ["substring('abcdef', 2, 3)", "bcd"],
    ["substr('abcdef', -2)", "ef"],
    ["concat(name, '!', NULL)", null],
    ["trim('  a b ')", "a b"],
    ["replace('a.b', '.', '$&')", "a$&b"],
    ["year(day) * 100 + month(at)", 202401n],
    ["hour(at)", 8],
    ["abs(-5)", 5n],
    ["floor(-1.5)", -2n],
    ["ceil(x)", 1],
    ["isnan(x)", false],
    ["if(n > 1, 'more', 'less')", "more"],
    ["nvl(NULL, name)", "Zoë"],
    ["name LIKE 'Z%'", true],
    ["name LIKE '_o_'", true],
    ["name LIKE 'z%'", false],
    ["'50%' LIKE '50\\%'", true],
    ["'500' LIKE '50\\%'", false],
    ["'a\nb' LIKE 'a%b'", true],
    ["starts_with(name, 'Z') AND ends_with(name, 'ë') AND contains(name, 'o')", true],
    ["CAST(at AS DATE)", 19_737],
    ["CAST(day AS STRING)", "2024-01-15"],
    ["CAST(at AS STRING)", "2024-01-15 08:00:00.123456"],
    ["CAST(wall AS STRING)", "2024-01-15 08:00:00"],
    ["CAST(price AS STRING)", "1234567890123456789.0123"],
    ["CAST('12.345' AS DECIMAL(4, 2))", 1235n],
    ["CAST(1.5e0 AS INT)", 1],
    ["place.city", "Oslo"],
    ["t.place.geo.lat", null],
    ["tags IS NOT NULL", true],
  ])("%s", (text, value) => {
    expect(evaluated(text)).toEqual(value);
  });

  it("matches patterns with many wildcards in little time", () => {
    expect(evaluated(`'${"a".repeat(5_000)}' LIKE '${"%a".repeat(500)}%b'`)).toBe(false);
  });
});

describe("binding", () => {
  it.each([
    ["nam = 'x'", /Unknown column "nam"; did you mean "name"\?/],
    ["place.town = 'x'", /Unknown column "place.town"; expected one of City, geo/],
    ["name.first = 'x'", /Unknown column "name.first"; there are no fields/],
    ["name = 5", /it does not take STRING and BIGINT; use CAST/],
    ["tags = tags", /does not take ARRAY and ARRAY/],
    ["n", /it is a value of type INT, no condition/],
    ["n AND ok", /"n": it is a value of type INT, no condition/],
    ["uper(name) = 'x'", /unknown function uper; did you mean upper\?/],
    ["upper(n) = 'x'", /upper takes \(text\), got \(INT\)/],
    ["n LIKE 'x'", /INT is no text/],
    ["ok + 1 > 2", /does not take BOOLEAN and BIGINT/],
    ["name IN ()", /IN has no values/],
  ])("refuses %s", (text, message) => {
    expect(() => bindCondition(parseExpression(text), schema)).toThrow(message);
    expect(() => bindCondition(parseExpression(text), schema)).toThrow(expect.objectContaining({ code: "ValidationError" }));
  });

  it("prefers a name in the same case, and refuses one that fits several columns", () => {
    const both: StructType = {
      type: "struct",
      fields: [field("A", "integer"), field("a", "string"), field("B", "integer"), field("b", "integer")],
    };
    expect(bindExpression(parseExpression("a"), [{ schema: both }])).toMatchObject({ type: "string" });
    const twice: StructType = { type: "struct", fields: [field("Ab", "integer"), field("aB", "integer")] };
    expect(() => bindExpression(parseExpression("ab"), [{ schema: twice }])).toThrow(/may be "Ab" or "aB"/);
  });

  it("tells the columns of two tables apart by their aliases", () => {
    const source: StructType = { type: "struct", fields: [field("id", "integer"), field("only", "integer")] };
    const relations = [
      { schema: source, alias: "s" },
      { schema, alias: "t" },
    ];
    const bound = bindExpression(conditionOf({ on: ["id"] }), relations);
    const rows = [
      { columns: [[5], [1]], row: 0 },
      { columns: schema.fields.map(({ name }) => [name === "id" ? 5n : null]), row: 0 },
    ];
    expect(compile(bound)(rows)).toBe(true);
    expect(bindExpression(parseExpression("only"), relations)).toMatchObject({ table: 0, column: 1 });
    expect(() => bindExpression(parseExpression("id"), relations)).toThrow(
      /Ambiguous column "id": several tables have it; write s.id or t.id/,
    );
  });

  it("calls a function in JavaScript with each row as an object", () => {
    const condition = conditionOf((value) => (value["n"] as number) > 2);
    const batch: Batch = { schema: { type: "struct", fields: [field("n", "integer")] }, rowCount: 3, columns: [Int32Array.of(1, 3, 5)] };
    const evaluate = compile(bindCondition(condition, batch.schema), ({ columns, row: index }) => ({ n: columns[0]?.[index] }));
    expect(matchingRows(evaluate, batch)).toEqual([1, 2]);
  });

  it("refuses a condition of another form, and lists those that there are", () => {
    expect(() => conditionOf({ on: [] })).toThrow(
      /Invalid condition: an object; expected the text of an expression, \{ on: \["column"\] \} or/,
    );
    expect(() => conditionOf(5 as never)).toThrow(/Invalid condition: 5/);
  });

  it("splits a condition at its ANDs", () => {
    expect(conjunctsOf(parseExpression("a AND (b AND c) AND (d OR e)"))).toHaveLength(4);
  });
});
