import { EdgewaterError } from "../../errors.ts";
import type { Updates } from "../rewrite/assignments.ts";
import type { ClausePredicate, MergeConfig, MergeOperations } from "./options.ts";

/** What a clause does. `all`: it sets every column that the source has. */
export type ClauseAction =
  | { readonly kind: "delete" }
  | { readonly kind: "set"; readonly updates: Updates }
  | { readonly kind: "all"; readonly exceptCols: readonly string[] };

export interface ListedClause {
  readonly predicate: ClausePredicate | undefined;
  readonly action: ClauseAction;
}

/** The clauses of a merge, in the order in which they are tried. */
export interface ListedClauses {
  readonly matched: readonly ListedClause[];
  readonly notMatched: readonly ListedClause[];
  readonly notMatchedBySource: readonly ListedClause[];
}

const always: ListedClause = { predicate: undefined, action: { kind: "all", exceptCols: [] } };
const deleteAlways: ListedClause = { predicate: undefined, action: { kind: "delete" } };

/**
 * The clauses that a merge of a type has.
 *
 * @throws `SettingsError` for operations without the type `custom`, and for the type without them
 */
export function clausesOf({ mergeType, operations }: Pick<MergeConfig, "mergeType" | "operations">): ListedClauses {
  if (operations !== undefined && mergeType !== "custom")
    throw invalid(`the type ${mergeType} has operations of its own; leave them out, or use the type custom`);
  switch (mergeType) {
    case "upsert":
      return { matched: [always], notMatched: [always], notMatchedBySource: [] };
    case "deduplicateInsert":
      return { matched: [], notMatched: [always], notMatchedBySource: [] };
    case "updateOnly":
      return { matched: [always], notMatched: [], notMatchedBySource: [] };
    case "replaceDeleteUnmatched":
      return { matched: [always], notMatched: [], notMatchedBySource: [deleteAlways] };
    case "custom":
      return listed(operations ?? {});
  }
}

function listed(operations: MergeOperations): ListedClauses {
  const {
    matchedUpdate = [],
    matchedUpdateAll = [],
    matchedDelete = [],
    notMatchedInsert = [],
    notMatchedInsertAll = [],
    notMatchedBySourceDelete = [],
    notMatchedBySourceUpdate = [],
  } = operations;
  const set = ({ predicate, updates }: { predicate?: ClausePredicate | undefined; updates: Updates }): ListedClause => ({
    predicate,
    action: { kind: "set", updates },
  });
  const all = ({ predicate, exceptCols = [] }: { predicate?: ClausePredicate | undefined; exceptCols?: readonly string[] | undefined }) =>
    ({ predicate, action: { kind: "all", exceptCols } }) as const;
  const remove = ({ predicate }: { predicate?: ClausePredicate | undefined }): ListedClause => ({ predicate, action: { kind: "delete" } });
  const clauses = {
    matched: [...matchedUpdate.map(set), ...matchedUpdateAll.map(all), ...matchedDelete.map(remove)],
    notMatched: [...notMatchedInsert.map(set), ...notMatchedInsertAll.map(all)],
    notMatchedBySource: [...notMatchedBySourceDelete.map(remove), ...notMatchedBySourceUpdate.map(set)],
  };
  if (Object.values(clauses).every((each) => each.length === 0)) throw invalid("the type custom needs at least one clause");
  return clauses;
}

function invalid(reason: string): EdgewaterError<"SettingsError"> {
  return new EdgewaterError("SettingsError", `Invalid operations of a merge: ${reason}`, { field: "operations" });
}
