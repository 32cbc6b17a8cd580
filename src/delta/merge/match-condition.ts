import { bindExpression, type Relation } from "../expression/bind.ts";
import { type Bound, columnsRead, inValues, joinedBounds } from "../expression/bound.ts";
import { conjunctsOf } from "../expression/condition.ts";
import { type Cursor, compile, type Evaluate, type ToObject } from "../expression/evaluate.ts";
import type { Expression } from "../expression/expression.ts";
import { printExpression } from "../expression/print.ts";
import type { MatchKey } from "./key-index.ts";

/** The numbers of the tables that the condition of a match is bound to. */
export const [sourceTable, targetTable] = [0, 1];

/** The condition of a match, by what it needs of both rows; all parts must hold. */
export interface MatchCondition {
  readonly keys: readonly (MatchKey & { readonly bound: KeyBound })[];
  /** Of rows of the source alone. */
  readonly ofSource: readonly Evaluate[];
  /** Of rows of the table alone. */
  readonly ofTarget: readonly Evaluate[];
  /** Of both. */
  readonly residual: readonly Evaluate[];
  /** The parts of `ofTarget`. */
  readonly targetBounds: readonly Bound[];
  readonly bounds: readonly Bound[];
}

interface KeyBound {
  readonly target: Bound;
  /** The text of the side of the table, for messages. */
  readonly text: string;
  readonly order: (Bound & { readonly kind: "compare" })["order"];
}

/**
 * Splits the condition of a match. `s.id = t.id` makes a key, also where a side is an expression.
 *
 * @param relations source and table
 * @throws `ValidationError` for names and types that are wrong
 */
export function matchCondition(
  condition: Expression,
  relations: readonly [source: Relation, target: Relation],
  toObject: ToObject,
): MatchCondition {
  const keys: MatchCondition["keys"][number][] = [];
  const [ofSource, ofTarget, residual]: [Bound[], Bound[], Bound[]] = [[], [], []];
  const bounds: Bound[] = [];
  for (const part of conjunctsOf(condition)) {
    // AND checks that it is a condition.
    const whole = bindExpression({ kind: "and", operands: [part] }, relations) as Bound & { readonly kind: "and" };
    const bound = whole.operands[0] as Bound;
    bounds.push(bound);
    const key = keyOfMatch(bound, part, toObject);
    if (key !== undefined) keys.push(key);
    else partOf(bound, { ofSource, ofTarget, residual }).push(bound);
  }
  const compiled = (parts: readonly Bound[]): readonly Evaluate[] => parts.map((part) => compile(part, toObject));
  return {
    keys,
    ofSource: compiled(ofSource),
    ofTarget: compiled(ofTarget),
    residual: compiled(residual),
    targetBounds: ofTarget,
    bounds,
  };
}

type Parts = Readonly<Record<"ofSource" | "ofTarget" | "residual", Bound[]>>;

/** A part that reads no table is one of the table, so that files are skipped by it. */
function partOf(bound: Bound, { ofSource, ofTarget, residual }: Parts): Bound[] {
  const side = sideOf(bound);
  return side === "both" ? residual : side === sourceTable ? ofSource : ofTarget;
}

/** The only table that an expression reads. */
function sideOf(bound: Bound): number | "both" | "none" {
  const [source, target] = [columnsRead([bound], sourceTable), columnsRead([bound], targetTable)];
  if (source === undefined || target === undefined || (source.size > 0 && target.size > 0)) return "both";
  return source.size > 0 ? sourceTable : target.size > 0 ? targetTable : "none";
}

function keyOfMatch(bound: Bound, part: Expression, toObject: ToObject): MatchCondition["keys"][number] | undefined {
  if (bound.kind !== "compare" || part.kind !== "compare" || (bound.operator !== "=" && bound.operator !== "<=>")) return undefined;
  const isSourceFirst = sideOf(bound.left) === sourceTable && sideOf(bound.right) === targetTable;
  const isTargetFirst = sideOf(bound.left) === targetTable && sideOf(bound.right) === sourceTable;
  if (!isSourceFirst && !isTargetFirst) return undefined;
  const [source, target, text] = isSourceFirst ? [bound.left, bound.right, part.right] : [bound.right, bound.left, part.left];
  return {
    source: compile(source, toObject),
    target: compile(target, toObject),
    type: target.type,
    matchesNull: bound.operator === "<=>",
    bound: { target, text: printExpression(text), order: bound.order },
  };
}

/** The rows of the table that some rows of the source may match: bound to the table, for skipping files. */
export function mayMatchSource(
  { keys, targetBounds }: MatchCondition,
  source: { readonly cursor: Cursor; readonly rows: Iterable<number> },
): Bound {
  const values = keys.map(() => new Set<unknown>());
  const hasNull = keys.map(() => false);
  for (const row of source.rows) {
    source.cursor.row = row;
    for (const [index, key] of keys.entries()) {
      const value = key.source([source.cursor]);
      if (value === null) hasNull[index] = true;
      else values[index]?.add(value);
    }
  }
  const ofKeys = keys.map(({ bound: { target, order }, matchesNull }, index): Bound => {
    const isIn = inValues(target, [...(values[index] ?? [])], order);
    if (!matchesNull || !hasNull[index]) return isIn;
    return joinedBounds("or", [isIn, { kind: "isNull", type: "boolean", operand: target }]);
  });
  return joinedBounds("and", [...targetBounds, ...ofKeys]);
}
