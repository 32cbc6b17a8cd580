import { EdgewaterError } from "../../errors.ts";
import { bindExpression } from "../expression/bind.ts";
import { type Bound, constantCondition } from "../expression/bound.ts";
import { conditionOf } from "../expression/condition.ts";
import { compile, type Evaluate } from "../expression/evaluate.ts";
import { type Assignment, bindAssignments, columnNamed, type Scope } from "../rewrite/assignments.ts";
import type { Clause } from "../rewrite/row-edit.ts";
import type { StructField, StructType } from "../schema/types.ts";
import type { ClauseAction, ListedClause, ListedClauses } from "./clauses.ts";

/** A clause over a table and a source with known schemas. */
export interface BoundClause<Action = Clause> {
  readonly predicate: Bound;
  readonly holds: Evaluate;
  readonly action: Action;
}

/** The values of a row that is inserted, by column; the others are null. */
export type Insert = readonly Assignment[];

export interface BoundClauses {
  readonly matched: readonly BoundClause[];
  readonly notMatched: readonly BoundClause<Insert>[];
  readonly notMatchedBySource: readonly BoundClause[];
}

/** What clauses see: both rows, that of the source, or that of the table. */
export interface ClauseScopes {
  readonly pair: Scope;
  readonly source: Scope;
  readonly target: Scope;
}

/**
 * Resolves the names of clauses and checks their types.
 *
 * @throws `ValidationError` for names and types that are wrong; it names the column that is set
 */
export function bindClauses(clauses: ListedClauses, scopes: ClauseScopes, source: StructType, target: StructType): BoundClauses {
  const insert = (action: ClauseAction, scope: Scope): Insert =>
    action.kind === "delete" ? [] : assignmentsOf(action, scope, source, target);
  const change = (action: ClauseAction, scope: Scope): Clause =>
    action.kind === "delete" ? action : { kind: "update", assignments: assignmentsOf(action, scope, source, target) };
  const bound = <Action>(listed: readonly ListedClause[], scope: Scope, action: (action: ClauseAction, scope: Scope) => Action) =>
    listed.map((clause) => ({ ...conditionIn(clause, scope), action: action(clause.action, scope) }));
  return {
    matched: bound(clauses.matched, scopes.pair, change),
    notMatched: bound(clauses.notMatched, scopes.source, insert),
    notMatchedBySource: bound(clauses.notMatchedBySource, scopes.target, change),
  };
}

function conditionIn({ predicate }: ListedClause, { relations, toObject }: Scope): Pick<BoundClause, "predicate" | "holds"> {
  if (predicate === undefined) return { predicate: constantCondition(true), holds: () => true };
  // AND checks that it is a condition.
  const bound = bindExpression({ kind: "and", operands: [conditionOf(predicate)] }, relations);
  return { predicate: bound, holds: compile(bound, toObject) };
}

function assignmentsOf(
  action: ClauseAction & { readonly kind: "set" | "all" },
  scope: Scope,
  source: StructType,
  target: StructType,
): readonly Assignment[] {
  return action.kind === "set" ? bindAssignments(action.updates, target, scope) : allColumns(action.exceptCols, scope, source, target);
}

/** The columns of the source have the types of those of the table. */
function allColumns(exceptCols: readonly string[], { rows }: Scope, source: StructType, target: StructType): readonly Assignment[] {
  const either: StructType = { type: "struct", fields: [...target.fields, ...source.fields] };
  const except = new Set(exceptCols.map((name) => either.fields[columnNamed(either, name)]?.name.toLowerCase()));
  return source.fields.flatMap(({ name }, index): readonly Assignment[] => {
    if (except.has(name.toLowerCase())) return [];
    const column = target.fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
    if (column < 0) throw missingColumn(name);
    return [{ column, rows, value: ([row]) => row?.columns[index]?.[row.row] ?? null }];
  });
}

/** The columns of the source that no clause leaves out, and that the table lacks. */
export function addedColumns({ matched, notMatched }: ListedClauses, source: StructType, table: StructType): readonly StructField[] {
  const known = new Set(table.fields.map(({ name }) => name.toLowerCase()));
  const lists = [...matched, ...notMatched].flatMap(({ action }) =>
    action.kind === "all" ? [new Set(action.exceptCols.map((name) => name.toLowerCase()))] : [],
  );
  return source.fields.filter(({ name }) => !known.has(name.toLowerCase()) && lists.some((except) => !except.has(name.toLowerCase())));
}

function missingColumn(name: string): EdgewaterError<"ValidationError"> {
  const remedy = 'remove it from the source, set the columns one by one with operations, or merge with the schema mode "merge"';
  return new EdgewaterError("ValidationError", `Cannot merge the column ${JSON.stringify(name)}: the table has no such column; ${remedy}`, {
    field: name,
  });
}
