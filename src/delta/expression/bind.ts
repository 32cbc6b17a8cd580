import { EdgewaterError } from "../../errors.ts";
import { nearest } from "../../options.ts";
import type { DeltaType, StructField, StructType } from "../schema/types.ts";
import { bindArithmetic } from "./arithmetic.ts";
import { type Bound, converted, literalsOf } from "./bound.ts";
import { commonType, comparedAs } from "./common-type.ts";
import { orderOf } from "./compare.ts";
import { isDecimal, isNumeric, isTimestamp } from "./convert.ts";
import type { Expression } from "./expression.ts";
import { nullLiteral } from "./expression.ts";
import { functions } from "./functions.ts";
import { likePattern } from "./like.ts";
import { numberLiteral, prefixedLiteral } from "./literal.ts";
import { printExpression } from "./print.ts";
import { nameOfType } from "./type-names.ts";

/** A table whose columns an expression names. */
export interface Relation {
  readonly schema: StructType;
  /** The name before a point, as `t` in `t.id`. */
  readonly alias?: string | undefined;
}

/**
 * Resolves the names of an expression and checks its types.
 *
 * A name is that of a column as it is written, or in other case if that is one column only. Texts beside numbers, dates and timestamps
 * are read as such, so `day = '2024-01-15'` works for a column of dates.
 *
 * @throws `ValidationError` for unknown and ambiguous names, and for types that do not fit
 */
export function bindExpression(expression: Expression, relations: readonly Relation[]): Bound {
  const bind = (part: Expression): Bound => {
    switch (part.kind) {
      case "literal":
        return { kind: "literal", type: part.type, value: part.value };
      case "column":
        return bindColumn(part.path, relations);
      case "compare": {
        const [left, right] = comparable(bind(part.left), bind(part.right), part);
        return { kind: "compare", type: "boolean", operator: part.operator, left, right, order: orderOf(left.type) ?? equalNulls };
      }
      case "and":
      case "or":
        return { kind: part.kind, type: "boolean", operands: part.operands.map(bindCondition) };
      case "not":
        return { kind: "not", type: "boolean", operand: bindCondition(part.operand) };
      case "isNull":
        return { kind: "isNull", type: "boolean", operand: bind(part.operand) };
      case "in":
        return bindIn(part);
      case "like": {
        const [operand, pattern] = [part.operand, part.pattern].map((each) => bind(each)) as [Bound, Bound];
        for (const { type } of [operand, pattern])
          if (type !== "string" && type !== "void") throw unfit(part, `${nameOfType(type)} is no text`);
        const literal = pattern.kind === "literal" && typeof pattern.value === "string" ? likePattern(pattern.value) : undefined;
        return { kind: "like", type: "boolean", operand, pattern, literal };
      }
      case "arithmetic":
        return bindArithmetic(part.operator, bind(part.left), bind(part.right)) ?? refuseOperands(part, [part.left, part.right].map(bind));
      case "negate": {
        const zero = numberLiteral("0");
        return bindArithmetic("-", bind(zero), bind(part.operand)) ?? refuseOperands(part, [bind(part.operand)]);
      }
      case "case":
        return bindCase(
          part.branches.map(({ condition, result }) => [bindCondition(condition), bind(result)]),
          bind(part.otherwise),
          part,
        );
      case "cast":
        return converted(bind(part.operand), part.type) ?? refuseOperands(part, [bind(part.operand)]);
      case "call":
        return bindCall(part);
      case "callback":
        return { kind: "callback", type: "void", call: part.call };
    }
  };

  const bindCondition = (part: Expression): Bound => {
    const bound = bind(part);
    if (bound.type === "boolean" || bound.type === "void") return bound;
    throw unfit(part, `it is a value of type ${nameOfType(bound.type)}, no condition`);
  };

  const bindIn = (part: Expression & { readonly kind: "in" }): Bound => {
    let operand = bind(part.operand);
    if (part.items.length === 0) throw unfit(part, "IN has no values");
    // Comparing in the type of all of them makes one conversion of the operand.
    const items = part.items.map((item) => readAs(bind(item), operand.type, item));
    const types = items.map(({ type }) => type);
    let target: DeltaType = operand.type;
    for (const type of types)
      target = (comparedAs(target, type) ?? refuseOperands(part, [operand, ...items.filter((item) => item.type === type)]))[0];
    operand = converted(operand, target) ?? operand;
    const convertedItems = items.map((item) => (isExactWith(item.type, target) ? item : (converted(item, target) ?? item)));
    const order = orderOf(target) ?? equalNulls;
    return { kind: "in", type: "boolean", operand, items: convertedItems, order, ...literalsOf(convertedItems, order) };
  };

  const bindCase = (branches: readonly (readonly [Bound, Bound])[], otherwise: Bound, part: Expression): Bound => {
    let type: DeltaType = otherwise.type;
    for (const [, result] of branches)
      type = commonType(type, result.type) ?? refuseOperands(part, [otherwise, ...branches.map((each) => each[1])]);
    const as = (result: Bound): Bound => converted(result, type) ?? result;
    return {
      kind: "case",
      type,
      branches: branches.map(([condition, result]) => ({ condition, result: as(result) })),
      otherwise: as(otherwise),
    };
  };

  const bindCall = (part: Expression & { readonly kind: "call" }): Bound => {
    const { name, operands } = part;
    const asCase = caseOf(name, operands);
    if (asCase !== undefined) return bind(asCase);
    const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (found === undefined) {
      const near = nearest(name, [...Object.keys(functions), ...caseFunctions]);
      throw unfit(part, `unknown function ${name}${near === undefined ? "" : `; did you mean ${near}?`}`);
    }
    const bound = operands.map(bind);
    const applied = found.of(...bound.map(({ type }) => type));
    if (applied === undefined)
      throw unfit(part, `${name} takes (${found.takes}), got (${bound.map(({ type }) => nameOfType(type)).join(", ")})`);
    return { kind: "apply", type: applied.type, operands: bound, call: applied.call, isMonotone: false };
  };

  return bind(expression);
}

/** Binds a condition over one table. */
export function bindCondition(expression: Expression, schema: StructType): Bound {
  const bound = bindExpression(expression, [{ schema }]);
  if (bound.type === "boolean" || bound.type === "void") return bound;
  throw unfit(expression, `it is a value of type ${nameOfType(bound.type)}, no condition`);
}

const caseFunctions = ["coalesce", "if", "ifnull", "nullif", "nvl"];

/** The functions that do not look at all their operands, as CASE. */
function caseOf(name: string, operands: readonly Expression[]): Expression | undefined {
  const [first = nullLiteral, second = nullLiteral, third = nullLiteral] = operands;
  if (name === "if" && operands.length === 3) return { kind: "case", branches: [{ condition: first, result: second }], otherwise: third };
  if (name === "nullif" && operands.length === 2) {
    const condition: Expression = { kind: "compare", operator: "=", left: first, right: second };
    return { kind: "case", branches: [{ condition, result: nullLiteral }], otherwise: first };
  }
  const takesAll = name === "coalesce" && operands.length > 0;
  if (!takesAll && !(/^(?:ifnull|nvl)$/.test(name) && operands.length === 2)) return undefined;
  const branches = operands
    .slice(0, -1)
    .map((operand) => ({ condition: { kind: "not", operand: { kind: "isNull", operand } }, result: operand }) as const);
  const last = operands.at(-1) ?? nullLiteral;
  return branches.length === 0 ? last : { kind: "case", branches, otherwise: last };
}

function bindColumn(path: readonly string[], relations: readonly Relation[]): Bound {
  const shown = path.join(".").slice(0, 200);
  const [first = "", ...rest] = path;
  const named = relations.findIndex(({ alias }) => alias?.toLowerCase() === first.toLowerCase());
  const candidates = named >= 0 && rest.length > 0 ? [{ table: named, name: rest[0] ?? "", fields: rest.slice(1) }] : [];
  const anywhere = relations.map((_, table) => ({ table, name: first, fields: rest }));
  for (const among of [candidates, anywhere]) {
    const found = among.flatMap(({ table, name, fields }) => {
      const field = fieldNamed(relations[table]?.schema.fields ?? [], name, shown);
      return field === undefined ? [] : [{ table, fields, field }];
    });
    const [one, another] = found;
    if (another !== undefined) {
      const aliases = relations.map(({ alias }) => `${alias}.${shown}`).join(" or ");
      throw new EdgewaterError("ValidationError", `Ambiguous column ${JSON.stringify(shown)}: several tables have it; write ${aliases}`);
    }
    if (one === undefined) continue;
    const column = relations[one.table]?.schema.fields.indexOf(one.field) ?? 0;
    const inside = fieldsInside(one.field, one.fields, shown);
    return { kind: "column", type: inside.type, table: one.table, column, fields: inside.names };
  }
  throw unknownColumn(
    shown,
    first,
    relations.flatMap(({ schema }) => schema.fields),
  );
}

function fieldsInside(
  column: StructField,
  path: readonly string[],
  shown: string,
): { readonly type: DeltaType; readonly names: readonly string[] } {
  let { type } = column;
  const names: string[] = [];
  for (const name of path) {
    const fields: readonly StructField[] = typeof type !== "string" && type.type === "struct" ? type.fields : [];
    const field = fieldNamed(fields, name, shown);
    if (field === undefined) throw unknownColumn(shown, name, fields);
    names.push(field.name);
    type = field.type;
  }
  return { type, names };
}

function fieldNamed(fields: readonly StructField[], name: string, shown: string): StructField | undefined {
  const exact = fields.find((field) => field.name === name);
  if (exact !== undefined) return exact;
  const [one, another] = fields.filter((field) => field.name.toLowerCase() === name.toLowerCase());
  if (one === undefined || another === undefined) return one;
  const message = `Ambiguous column ${JSON.stringify(shown)}: it may be ${JSON.stringify(one.name)} or ${JSON.stringify(another.name)}`;
  throw new EdgewaterError("ValidationError", message);
}

function unknownColumn(shown: string, name: string, fields: readonly StructField[]): EdgewaterError {
  const known = fields.map((field) => field.name);
  const near = nearest(name, known);
  const listed =
    known.length === 0 ? "there are no fields" : `expected one of ${known.slice(0, 20).join(", ")}${known.length > 20 ? ", …" : ""}`;
  const hint = near === undefined ? listed : `did you mean ${JSON.stringify(near)}?`;
  return new EdgewaterError("ValidationError", `Unknown column ${JSON.stringify(shown)}; ${hint}`, { field: shown });
}

/** Both operands in types that are compared with each other. */
function comparable(left: Bound, right: Bound, part: Expression & { readonly kind: "compare" }): readonly [Bound, Bound] {
  const [a, b] = [readAs(left, right.type, part), readAs(right, left.type, part)];
  const [asLeft, asRight] = comparedAs(a.type, b.type) ?? refuseOperands(part, [a, b]);
  return [converted(a, asLeft) ?? a, converted(b, asRight) ?? b];
}

/** A text that is written beside a value of another type, as a value that can be compared with it; anything else as it is. */
function readAs(bound: Bound, type: DeltaType, part: Expression): Bound {
  if (bound.kind !== "literal" || bound.type !== "string" || type === "string" || typeof bound.value !== "string") return bound;
  const text = bound.value.trim();
  const refused = (): never => {
    throw unfit(part, `${JSON.stringify(text.slice(0, 100))} is no value of type ${nameOfType(type)}`);
  };
  if (isNumeric(type) && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) {
    const literal = numberLiteral(text);
    return literal.kind === "literal" ? { kind: "literal", type: literal.type, value: literal.value } : refused();
  }
  // A text with a time is a timestamp also beside a date, so that nothing of it is dropped.
  const prefixes = type === "date" ? ["date", "timestamp_ntz", "timestamp"] : isTimestamp(type) ? [nameOfType(type)] : [];
  for (const prefix of prefixes) {
    const literal = prefixedLiteral(prefix, text);
    if (typeof literal !== "string") return { kind: "literal", type: literal.type, value: literal.value };
  }
  if (prefixes.length > 0) return refused();
  try {
    return converted(bound, type) ?? bound;
  } catch {
    return refused();
  }
}

/** Whether values of the first type are compared with numbers of the second as they are: conversion would round. */
function isExactWith(type: DeltaType, target: DeltaType): boolean {
  return isNumeric(type) && isNumeric(target) && !isDecimal(type) && !isDecimal(target);
}

/** Of values whose type is that of NULL, which no comparison looks at. */
const equalNulls = (): number => 0;

function refuseOperands(part: Expression, operands: readonly Bound[]): never {
  throw unfit(part, `it does not take ${operands.map(({ type }) => nameOfType(type)).join(" and ")}; use CAST where types differ`);
}

function unfit(part: Expression, reason: string): EdgewaterError {
  const text = printExpression(part);
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new EdgewaterError("ValidationError", `Invalid expression ${JSON.stringify(shown)}: ${reason}`);
}
