import type { Comparison, Expression } from "../../../src/delta/expression/expression.ts";
import { columnOf } from "../../../src/delta/expression/expression.ts";
import type { DeltaType, StructField, StructType } from "../../../src/delta/schema/types.ts";

/** Values that statistics, rounding and comparison get wrong most easily. */
const awkward: Readonly<Record<string, readonly unknown[]>> = {
  long: [
    0n,
    1n,
    -1n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 53n + 3n,
    -(2n ** 53n) - 1n,
    2n ** 63n - 1n,
    2n ** 63n - 2n,
    -(2n ** 63n),
    -(2n ** 63n) + 1n,
  ],
  integer: [0, 1, -1, 5, 2 ** 31 - 1, -(2 ** 31)],
  double: [0, -0, 0.1, 0.2, 1 / 3, 1e308, -1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53],
  float: [0, -0, Math.fround(0.1), Math.fround(0.2), Number.NaN, Number.POSITIVE_INFINITY, Math.fround(1e38), -1],
  decimal: [0n, 1n, -1n, 123_456_789n, -123_456_789n, 10n ** 37n + 1n, -(10n ** 37n) - 1n, 99_999_999_999_999_999_999n],
  string: [
    "",
    "a",
    "b",
    "a\u{10ffff}",
    "é",
    "\uffff",
    "\u{1f600}",
    "x".repeat(32),
    "x".repeat(33),
    `${"x".repeat(31)}y`,
    "\u{1f600}".repeat(40),
    "\u{10ffff}".repeat(40),
    `${"x".repeat(31)}\ud7ff tail`,
  ],
  date: [0, -1, 19_737, -719_162, 2_932_896, -2_000_000, 20_000_000],
  timestamp: [
    0n,
    -1n,
    999n,
    1_705_305_600_123_456n,
    1_705_305_600_123_999n,
    -62_135_596_800_000_001n,
    253_402_300_799_999_999n,
    10n ** 18n,
  ],
  boolean: [true, false],
  binary: [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(255), Uint8Array.of(0, 255)],
};

function nameOf(type: DeltaType): string {
  if (typeof type !== "string") return type.type;
  return type === "timestamp_ntz" ? "timestamp" : type;
}

/** A value of a type, often an awkward one; null as often as `nulls` says. */
export function randomValue(random: () => number, type: DeltaType, nulls = 0.2): unknown {
  if (random() < nulls) return null;
  if (typeof type !== "string" && type.type === "struct") {
    return Object.fromEntries(type.fields.map((field) => [field.name, randomValue(random, field.type, nulls)]));
  }
  const values = awkward[nameOf(type)] ?? [null];
  return values[Math.floor(random() * values.length)];
}

/** A column or a field inside it, and its type. */
export interface Place {
  readonly path: readonly string[];
  readonly type: DeltaType;
}

/** Every column of a schema, and every field inside. */
export function placesOf(schema: StructType, above: readonly string[] = []): readonly Place[] {
  return schema.fields.flatMap(({ name, type }: StructField) => {
    const path = [...above, name];
    const inside = typeof type === "object" && type.type === "struct" ? placesOf(type, path) : [];
    return [{ path, type }, ...inside];
  });
}

const comparisons: readonly Comparison[] = ["=", "<>", "<", "<=", ">", ">=", "<=>"];

/** A condition over the columns of a schema whose types fit. */
export function randomCondition(random: () => number, places: readonly Place[], depth: number): Expression {
  const some = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const below = (): Expression => randomCondition(random, places, depth - 1);
  if (depth > 0 && random() < 0.5) {
    const kind = some(["and", "or", "not", "case", "isNull"] as const);
    if (kind === "not" || kind === "isNull") return { kind, operand: below() };
    if (kind === "case") return { kind, branches: [{ condition: below(), result: below() }], otherwise: below() };
    return { kind, operands: Array.from({ length: 2 + Math.floor(random() * 2) }, below) };
  }
  const { path, type } = some(places);
  const column = columnOf(...path);
  if (type === "boolean" && random() < 0.5) return column;
  const isNested = typeof type === "object" && type.type !== "decimal";
  if (isNested || random() < 0.1) return { kind: "isNull", operand: column };
  const literal = (): Expression => {
    const value = randomValue(random, type, 0.1);
    return { kind: "literal", type: value === null ? "void" : type, value };
  };
  if (type === "string" && random() < 0.3) {
    const pattern = some(["a%", "x%", `${"x".repeat(31)}%`, `${"x".repeat(40)}%`, "%", "_", "\u{1f600}%", "é"]);
    return { kind: "like", operand: column, pattern: { kind: "literal", type: "string", value: pattern } };
  }
  if (random() < 0.25) return { kind: "in", operand: column, items: Array.from({ length: 1 + Math.floor(random() * 3) }, literal) };
  const others = places.filter((other) => JSON.stringify(other.type) === JSON.stringify(type));
  const right = random() < 0.2 ? columnOf(...some(others).path) : literal();
  return { kind: "compare", operator: some(comparisons), left: column, right };
}
