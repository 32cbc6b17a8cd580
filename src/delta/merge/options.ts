import {
  aBoolean,
  aFunction,
  aName,
  anArray,
  anObject,
  aPlainObject,
  arrayOf,
  aString,
  either,
  type OptionKind,
  type OptionKinds,
  objectOf,
  oneOf,
  required,
} from "../../options.ts";
import type { ConditionInput } from "../expression/condition.ts";
import type { Updates } from "../rewrite/assignments.ts";
import { type RowPredicate, updatesKind } from "../rewrite/options.ts";
import type { StructType } from "../schema/types.ts";
import type { CommitOptions } from "../write/options.ts";
import { commitKinds } from "../write/options.ts";

/**
 * What a merge does.
 *
 * | type | matched rows of the table | rows of the source without a match | rows of the table without a match |
 * |-|-|-|-|
 * | `upsert` | are updated | are inserted | stay |
 * | `deduplicateInsert` | stay | are inserted | stay |
 * | `updateOnly` | are updated | are left out | stay |
 * | `replaceDeleteUnmatched` | are updated | are left out | are deleted |
 * | `custom` | as `operations` says | | |
 *
 * An update sets every column that the source has; an inserted row is null in columns that the source lacks.
 */
export type MergeType = "upsert" | "deduplicateInsert" | "updateOnly" | "replaceDeleteUnmatched" | "custom";

/** When a clause holds: an expression, or a function of the rows that its kind of clause has. */
export type ClausePredicate = RowPredicate;

/** A clause of a merge, for the rows for which it is the first that holds. */
export interface MergeClause {
  /** Default: it holds always. */
  readonly predicate?: ClausePredicate | undefined;
}

/** A clause that sets columns; columns that it does not name stay as they are, and are null in a row that is inserted. */
export interface MergeUpdate extends MergeClause {
  readonly updates: Updates;
}

/** A clause that sets every column that the source has. */
export interface MergeAll extends MergeClause {
  /** Columns that it leaves out. */
  readonly exceptCols?: readonly string[] | undefined;
}

/**
 * The clauses of a merge of the type `custom`, in the order in which they are tried: matched rows are updated or deleted, rows of the
 * source without a match are inserted, and rows of the table without a match are deleted or updated. The first clause that holds for a
 * row says what happens to it.
 */
export interface MergeOperations {
  readonly matchedUpdate?: readonly MergeUpdate[] | undefined;
  readonly matchedUpdateAll?: readonly MergeAll[] | undefined;
  readonly matchedDelete?: readonly MergeClause[] | undefined;
  readonly notMatchedInsert?: readonly MergeUpdate[] | undefined;
  readonly notMatchedInsertAll?: readonly MergeAll[] | undefined;
  readonly notMatchedBySourceDelete?: readonly MergeClause[] | undefined;
  readonly notMatchedBySourceUpdate?: readonly MergeUpdate[] | undefined;
}

/** How rows are merged into a table. */
export interface MergeConfig {
  readonly mergeType: MergeType;
  /**
   * Which row of the source matches which row of the table: `{ on: ["id"] }`, an expression such as `"s.id = t.id AND t.day > '2024-01-01'"`, or
   * a function of both rows. Equal columns are found fast; without any, each row is compared with each, which has a limit.
   */
  readonly predicate: ConditionInput;
  /** How expressions call the source. Default: `s`. */
  readonly sourceAlias?: string | undefined;
  /** How expressions call the table. Default: `t`. */
  readonly targetAlias?: string | undefined;
  /**
   * Whether a column of the source whose type the table's does not hold fails. Otherwise its values are converted, and those that
   * cannot be are null. Default: true.
   */
  readonly errorOnTypeMismatch?: boolean | undefined;
  /** Of the type `custom`. */
  readonly operations?: MergeOperations | undefined;
}

/** Options of {@link DeltaTable.merge}. */
export interface MergeOptions extends MergeConfig, CommitOptions {
  /** Only rows of the table for which it is true take part, and no other row is written: new values must meet it too. Default: all. */
  readonly where?: RowPredicate | undefined;
  /** `merge`: columns that the table lacks are added to it. Default: columns of the source that would be written must be there. */
  readonly schemaMode?: "merge" | undefined;
  /** The schema of the source. Default: that of the table; for columns that it lacks, it is inferred. */
  readonly schema?: StructType | undefined;
}

const predicate = either(aString, aFunction);
const update = required(updatesKind);

/** An array of plain objects with these members. */
function clauses<Clause>(kinds: OptionKinds<Clause>): OptionKind {
  const names = Object.keys(kinds);
  const expected = `an array of clauses, each with ${names.join(", ")}`;
  const isClause = (value: unknown): boolean =>
    aPlainObject.accepts(value) &&
    Object.keys(value as object).every((name) => names.includes(name)) &&
    Object.entries<OptionKind>(kinds).every(([name, kind]) => {
      const member = (value as Readonly<Record<string, unknown>>)[name];
      return member === undefined ? !kind.isRequired : kind.accepts(member);
    });
  return { expected, accepts: (value) => anArray.accepts(value) && (value as readonly unknown[]).every(isClause) };
}

const updateClauses = clauses<MergeUpdate>({ predicate, updates: update });
const allClauses = clauses<MergeAll>({ predicate, exceptCols: arrayOf(aString) });
const deleteClauses = clauses<MergeClause>({ predicate });

const operationKinds: OptionKinds<MergeOperations> = {
  matchedUpdate: updateClauses,
  matchedUpdateAll: allClauses,
  matchedDelete: deleteClauses,
  notMatchedInsert: updateClauses,
  notMatchedInsertAll: allClauses,
  notMatchedBySourceDelete: deleteClauses,
  notMatchedBySourceUpdate: updateClauses,
};

export const mergeConfigKinds: OptionKinds<MergeConfig> = {
  mergeType: required(oneOf("upsert", "deduplicateInsert", "updateOnly", "replaceDeleteUnmatched", "custom")),
  predicate: required(either(aString, either(aFunction, aPlainObject))),
  sourceAlias: aName,
  targetAlias: aName,
  errorOnTypeMismatch: aBoolean,
  operations: objectOf(operationKinds),
};

export const mergeKinds: OptionKinds<MergeOptions> = {
  ...commitKinds,
  ...mergeConfigKinds,
  where: either(aString, aFunction),
  schemaMode: oneOf("merge"),
  schema: anObject,
};
