import type { Reach } from "../backend.ts";

/** One statement, with a parameter for each of its question marks. */
export interface Statement {
  /** The text, for SQLite and Postgres alike. */
  readonly sql: string;
  /** The parameters, in the order of the question marks. */
  readonly parameters: readonly SqlValue[];
}

/** The value of a parameter or a column. Integers are numbers below 2^53; Postgres returns a BIGINT as text. */
export type SqlValue = string | number | null;

/** One row of a result, by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** The port of an SQL database: two ways to run statements, with question marks for parameters. */
export interface SqlDatabase {
  /** Name for error messages. */
  readonly name: string;
  /** From where the database can be reached. */
  readonly reach: Reach;
  /** The dialect, where the statements differ. */
  readonly dialect: "sqlite" | "postgres";
  /** Runs statements in order in one transaction: all take effect, or none. Returns the rows of each. */
  readonly run: (statements: readonly Statement[]) => Promise<readonly (readonly Row[])[]>;
  /** Runs one query. */
  readonly all: (sql: string, parameters: readonly SqlValue[]) => Promise<readonly Row[]>;
  /** Closes the connection. */
  readonly close: () => Promise<void>;
}

/** A statement with its parameters. */
export function statement(sql: string, ...parameters: readonly SqlValue[]): Statement {
  return { sql, parameters };
}

/** The time of the database's clock, in milliseconds since 1970-01-01T00:00:00Z, as an expression. */
export const nowMs: Readonly<Record<SqlDatabase["dialect"], string>> = {
  sqlite: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
  postgres: "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
};

/** Waits for every other commit and migration, because all of them update this row. */
export const oneAtATime: Statement = /* @__PURE__ */ statement("UPDATE edgewater_schema SET last_position = last_position");
