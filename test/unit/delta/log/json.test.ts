import { describe, expect, it } from "vitest";
import { type JsonNumber, type JsonValue, parseJson, printJson } from "../../../../src/delta/log/json.ts";
import { randomOf } from "../../../support/random.ts";

describe("JSON without loss", () => {
  it("keeps int64 statistics (trap 1)", () => {
    const text = '{"min":9007199254740993,"max":9223372036854775807,"least":-9223372036854775808,"small":9007199254740991}';
    expect(parseJson(text)).toEqual({
      min: 9007199254740993n,
      max: 9223372036854775807n,
      least: -9223372036854775808n,
      small: 9007199254740991,
    });
    expect(printJson(parseJson(text))).toBe(text);
  });

  it("keeps decimals that a number rounds", () => {
    const text = '{"a":12345.678900000000001,"b":12345.6789,"c":1.0e-5,"d":[99999999999999999999999999999999.999999]}';
    expect(printJson(parseJson(text))).toBe(
      '{"a":12345.678900000000001,"b":12345.6789,"c":0.00001,"d":[99999999999999999999999999999999.999999]}',
    );
    expect((parseJson("12345.678900000000001") as JsonNumber).text).toBe("12345.678900000000001");
  });

  it.each([
    ["after a comma", "[1,9007199254740993]", [1, 9007199254740993n]],
    ["after a space", '{"a": 9007199254740993}', { a: 9007199254740993n }],
    ["after a name with spaces around the colon", '{"a" :\n\t9007199254740993}', { a: 9007199254740993n }],
    ["after a name that ends with a backslash", '{"a\\\\":9007199254740993}', { "a\\": 9007199254740993n }],
    ["after a name that ends with a quote", '{"a\\"":9007199254740993}', { 'a"': 9007199254740993n }],
    ["alone", " -9007199254740993 ", -9007199254740993n],
    ["within text it is text", '{"a":"{\\"a\\":9007199254740993}"}', { a: '{"a":9007199254740993}' }],
  ])("finds a large number %s", (_, text, expected) => {
    expect(parseJson(text)).toEqual(expected);
  });

  it("reads what JSON.parse reads, and refuses what it refuses", () => {
    const next = randomOf(7);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)] as Item;
    const make = (depth: number): unknown => {
      const kind = depth > 3 ? pick([0, 1, 2]) : pick([0, 1, 2, 3, 4]);
      if (kind === 0) return pick([0, -1, 1.5, 1e21, 1e-9, 123456789, true, false, null]);
      if (kind === 1) return pick(["", "é", "\u2028", 'quote " and \\', "\\", "\n", "𝒳", "1234567890123456"]);
      if (kind === 2) return pick([[], {}]);
      if (kind === 3) return Array.from({ length: Math.floor(next() * 4) }, () => make(depth + 1));
      return Object.fromEntries(
        Array.from({ length: Math.floor(next() * 4) }, () => [pick(["a", "b\\", 'c"', "__proto__"]), make(depth + 1)]),
      );
    };
    // The large number chooses the parser that keeps it.
    const withLarge = (text: string): string => `[1234567890123456789,${text}]`;
    for (let round = 0; round < 500; round++) {
      const text = JSON.stringify(make(0), null, pick([undefined, 1, "\t"]));
      expect((parseJson(withLarge(text)) as JsonValue[])[1]).toEqual(JSON.parse(text));
      const broken = text.slice(0, Math.floor(next() * text.length)) + pick(["", ",", "}", "]", '"', "x", "01", "\\"]);
      let isValid = true;
      try {
        JSON.parse(broken);
      } catch {
        isValid = false;
      }
      if (isValid) parseJson(withLarge(broken));
      else expect(() => parseJson(withLarge(broken))).toThrow(SyntaxError);
    }
  });

  it("keeps a member that is called __proto__", () => {
    const value = parseJson('{"__proto__":1234567890123456789}') as object;
    expect(Object.entries(value)).toEqual([["__proto__", 1234567890123456789n]]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it("refuses values that are too deep, without exhausting the stack", () => {
    expect(() => parseJson(`[1234567890123456789,${"[".repeat(100_000)}`)).toThrow("more than 500 deep");
  });

  it.each([
    "{1234567890123456789:1}",
    "[1234567890123456789 1]",
    '["a"1234567890123456789]',
    "[01234567890123456]",
    "[-1234567890123456.]",
  ])("refuses a large number where none may be: %s", (text) => expect(() => parseJson(text)).toThrow(SyntaxError));

  it("keeps a number of very many digits as text, in linear time", () => {
    const digits = "9".repeat(1_000_000);
    expect((parseJson(`[${digits}]`) as JsonNumber[])[0]?.text).toBe(digits);
  });

  it("leaves out members that are undefined, and refuses numbers that JSON lacks", () => {
    expect(printJson({ a: undefined, b: null, c: [undefined], d: -0 })).toBe('{"b":null,"c":[null],"d":0}');
    expect(() => printJson({ a: Number.NaN })).toThrow("only finite numbers");
  });
});
