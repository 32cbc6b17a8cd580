import { describe, expect, it } from "vitest";
import { columnOf, type Expression, referencesOf } from "../../../../src/delta/expression/expression.ts";
import { parseExpression } from "../../../../src/delta/expression/parse.ts";
import { printExpression } from "../../../../src/delta/expression/print.ts";
import { randomOf } from "../../../support/random.ts";

const long = (value: bigint): Expression => ({ kind: "literal", type: "long", value });
const text = (value: string): Expression => ({ kind: "literal", type: "string", value });

describe("the parser of expressions", () => {
  it("reads AND before OR, NOT before AND, and comparisons before NOT", () => {
    const compared = (name: string): Expression => ({ kind: "compare", operator: "=", left: columnOf(name), right: long(1n) });
    expect(parseExpression("a = 1 OR NOT b = 1 AND c = 1")).toEqual({
      kind: "or",
      operands: [compared("a"), { kind: "and", operands: [{ kind: "not", operand: compared("b") }, compared("c")] }],
    });
  });

  it("reads products before sums, from left to right", () => {
    expect(printExpression(parseExpression("a - b - c * d / 2 % e"))).toBe("a - b - c * d / 2 % e");
    expect(printExpression(parseExpression("a - (b - c) * (d + 1)"))).toBe("a - (b - c) * (d + 1)");
  });

  it("reads names in backticks and double quotes, with doubled quotes inside, and points between them", () => {
    expect(parseExpression('`a ``b`.c."d ""e"')).toEqual(columnOf("a `b", "c", 'd "e'));
  });

  it("reads texts with doubled quotes, and backslashes as they are", () => {
    expect(parseExpression("'it''s \\n'")).toEqual(text("it's \\n"));
  });

  it("reads numbers exactly: longs beyond 2^53, decimals with their scale, doubles with an exponent", () => {
    expect(parseExpression("9007199254740993")).toEqual(long(9007199254740993n));
    expect(parseExpression("-9223372036854775808")).toEqual(long(-(2n ** 63n)));
    expect(parseExpression("12.3400")).toEqual({ kind: "literal", type: { type: "decimal", precision: 6, scale: 4 }, value: 123400n });
    expect(parseExpression("1.5e3")).toEqual({ kind: "literal", type: "double", value: 1500 });
    expect(parseExpression("9223372036854775808")).toMatchObject({ type: { type: "decimal", precision: 19, scale: 0 } });
  });

  it("reads literals of dates, timestamps and bytes", () => {
    expect(parseExpression("DATE '1970-01-02'")).toEqual({ kind: "literal", type: "date", value: 1 });
    expect(parseExpression("timestamp '1970-01-01T01:00:00.000001+01:00'")).toEqual({ kind: "literal", type: "timestamp", value: 1n });
    expect(parseExpression("TIMESTAMP_NTZ '1970-01-01 00:00:01'")).toEqual({ kind: "literal", type: "timestamp_ntz", value: 1_000_000n });
    expect(parseExpression("x'00FF'")).toEqual({ kind: "literal", type: "binary", value: Uint8Array.of(0, 255) });
  });

  it("reads BETWEEN as two comparisons, and NOT before IN, LIKE and BETWEEN", () => {
    expect(printExpression(parseExpression("a BETWEEN 1 AND 2 AND b"))).toBe("(a >= 1 AND a <= 2) AND b");
    expect(printExpression(parseExpression("a not in (1, 2) or a not like 'x%' or a is not null"))).toBe(
      "NOT a IN (1, 2) OR NOT a LIKE 'x%' OR NOT a IS NULL",
    );
  });

  it("reads both forms of CASE, CAST and functions", () => {
    expect(printExpression(parseExpression("CASE a WHEN 1 THEN 'x' ELSE 'y' END"))).toBe("CASE WHEN a = 1 THEN 'x' ELSE 'y' END");
    expect(printExpression(parseExpression("case when a then b end"))).toBe("CASE WHEN a THEN b ELSE NULL END");
    expect(printExpression(parseExpression("cast(a as decimal(10, 2))"))).toBe("CAST(a AS DECIMAL(10, 2))");
    expect(printExpression(parseExpression("COALESCE(a, Upper(b))"))).toBe("coalesce(a, upper(b))");
  });

  it.each([
    ["", 1, "expected an operand, got the end"],
    ["a = ", 5, "expected an operand, got the end"],
    ["a = 'x", 5, "the quote ' is not closed"],
    ["a = 1 b", 7, 'expected the end or an operator, got "b"'],
    ["a ! b", 3, 'unexpected character "!"'],
    ["a NOT 5", 7, "expected IN, LIKE or BETWEEN"],
    ["a IN 5", 6, 'expected (, got "5"'],
    ["DATE '2024-02-30'", 1, "is no date"],
    ["CAST(a AS strng)", 11, "did you mean STRING?"],
    ["CAST(a AS decimal(40, 2))", 11, "a precision from 1 to 38"],
    ["9".repeat(400), 1, "the number is too large"],
    ["select", 0, undefined],
  ])("says where %j is wrong", (source, position, reason) => {
    if (reason === undefined) return expect(parseExpression(source)).toEqual(columnOf("select"));
    expect(() => parseExpression(source)).toThrow(expect.objectContaining({ code: "ValidationError" }));
    expect(() => parseExpression(source)).toThrow(
      new RegExp(`${reason.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}.*, at position ${position}$`),
    );
  });

  it("shows the part of a long text around the mistake", () => {
    expect(() => parseExpression(`${"a = 1 AND ".repeat(1000)} ?`)).toThrow(/^Invalid expression "….{30,40}\?": unexpected character "\?"/);
  });

  it.each([
    ["(".repeat(20_000), "open parentheses"],
    ["NOT ".repeat(20_000), "NOT"],
    ["- ".repeat(20_000), "signs"],
    [`a${" + 1".repeat(20_000)}`, "a sum"],
    ["CASE WHEN ".repeat(20_000), "CASE"],
    [`${"coalesce(".repeat(20_000)}`, "calls"],
    [`a${".a".repeat(20_000)}`, "names"],
  ])("refuses a nesting that is too deep, quickly (%#)", (source) => {
    expect(() => parseExpression(source)).toThrow(/nested more than 200 levels deep/);
  });

  it("reads long chains and long lists without nesting", () => {
    const chain = parseExpression(new Array(20_000).fill("(a >= '1' AND a < '2')").join(" OR "));
    expect(chain.kind === "or" && chain.operands.length).toBe(20_000);
    const list = parseExpression(`a IN (${new Array(50_000).fill("'x'").join(",")})`);
    expect(list.kind === "in" && list.items.length).toBe(50_000);
  });

  it("finds the columns that an expression names, each once", () => {
    expect(referencesOf(parseExpression("a.b = 1 AND coalesce(c, a.b) > CASE WHEN d THEN 1 END"))).toEqual(
      expect.arrayContaining([["a", "b"], ["c"], ["d"]]),
    );
    expect(referencesOf({ kind: "callback", call: () => true })).toBeUndefined();
  });
});

describe("printing an expression", () => {
  it("quotes names that are keywords or have other characters, and no others", () => {
    expect(printExpression(columnOf("date", "and", "a b", "c`d"))).toBe("date.`and`.`a b`.`c``d`");
  });

  it("gives the same expression when it is parsed", () => {
    const random = randomOf(7);
    for (let round = 0; round < 1_000; round++) {
      const expression = randomExpression(random, 5);
      expect(parseExpression(printExpression(expression))).toEqual(expression);
    }
  });

  it("has no text of a function in JavaScript", () => {
    expect(printExpression({ kind: "callback", call: () => true })).toBe("a function");
  });
});

function randomExpression(random: () => number, depth: number): Expression {
  const below = (): Expression => randomExpression(random, depth - 1);
  const some = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const several = (): Expression[] => Array.from({ length: 2 + Math.floor(random() * 2) }, below);
  const kind = depth === 0 ? some(["literal", "column"] as const) : some(kinds);
  switch (kind) {
    case "literal":
      return some(literals);
    case "column":
      return columnOf(...some([["a"], ["t", "b c"], ["end"], ["x"], ["date"], ["a`b", "é"]]));
    case "compare":
      return { kind, operator: some(["=", "<>", "<", "<=", ">", ">=", "<=>"] as const), left: below(), right: below() };
    case "and":
    case "or":
      return { kind, operands: several() };
    case "not":
    case "negate":
    case "isNull":
      return { kind, operand: below() };
    case "in":
      return { kind, operand: below(), items: several() };
    case "like":
      return { kind, operand: below(), pattern: below() };
    case "arithmetic":
      return { kind, operator: some(["+", "-", "*", "/", "%"] as const), left: below(), right: below() };
    case "case":
      return { kind, branches: [{ condition: below(), result: below() }], otherwise: below() };
    case "cast":
      return {
        kind,
        operand: below(),
        type: some(["long", "string", "timestamp_ntz", { type: "decimal", precision: 12, scale: 3 }] as const),
      };
    case "call":
      return { kind, name: some(["coalesce", "date", "concat"]), operands: several() };
  }
}

const kinds = [
  ...([
    "literal",
    "column",
    "compare",
    "and",
    "or",
    "not",
    "negate",
    "isNull",
    "in",
    "like",
    "arithmetic",
    "case",
    "cast",
    "call",
  ] as const),
];

const literals: readonly Expression[] = [
  long(0n),
  long(-(2n ** 63n)),
  long(2n ** 53n + 1n),
  text(""),
  text('it\'s `a` "b" \\ % _ \u{10ffff}'),
  { kind: "literal", type: "void", value: null },
  { kind: "literal", type: "boolean", value: true },
  { kind: "literal", type: "double", value: -1.5e300 },
  { kind: "literal", type: "double", value: -0 },
  { kind: "literal", type: { type: "decimal", precision: 3, scale: 3 }, value: -125n },
  { kind: "literal", type: "date", value: -800_000 },
  { kind: "literal", type: "timestamp", value: -1n },
  { kind: "literal", type: "timestamp_ntz", value: 253_402_300_799_999_999n },
  { kind: "literal", type: "binary", value: Uint8Array.of(0, 127, 255) },
];
