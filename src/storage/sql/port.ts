/** One statement with its parameters, which stand for its question marks. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** What a parameter or a column holds. Big integers of a database arrive as they are exact: as numbers below 2^53. */
export type SqlValue = string | number | null;

export type Row = Readonly<Record<string, SqlValue>>;

/**
 * What the SQL back ends need of a database: two ways to run statements, written for SQLite and Postgres alike, with
 * question marks for parameters.
 */
export interface SqlDatabase {
  readonly name: string;
  readonly dialect: "sqlite" | "postgres";
  /** Runs statements in one transaction, one after the other: all take effect, or none. Gives the rows of each. */
  readonly run: (statements: readonly Statement[]) => Promise<readonly (readonly Row[])[]>;
  /** Reads. */
  readonly all: (sql: string, parameters: readonly SqlValue[]) => Promise<readonly Row[]>;
  readonly close: () => Promise<void>;
}

export function statement(sql: string, ...parameters: readonly SqlValue[]): Statement {
  return { sql, parameters };
}
