/**
 * `edgewater/postgres`: records in a Postgres database, for many machines.
 *
 * @module
 */
import connect, { type Sql } from "postgres";
import { EdgewaterError } from "../../errors.ts";
import type { StorageBackend } from "../backend.ts";
import { SqlBackend } from "./backend.ts";
import { databaseError, type Failure } from "./failure.ts";
import type { Row, SqlDatabase, SqlValue, Statement } from "./port.ts";
import { migrate, openSchema } from "./schema.ts";

export type { StorageBackend };

export interface PostgresOptions {
  /** How many connections at most; 4 unless given. */
  readonly connections?: number;
  /** How long to wait for a connection, in milliseconds; 10,000 unless given. */
  readonly connectTimeoutMs?: number;
  /** How often to try again what was lost with its connection and cannot have taken effect; 5 times unless given. */
  readonly retries?: number;
  /** Whether statements are prepared once for each connection, which a pooler between transactions does not allow; true unless given. */
  readonly prepare?: boolean;
}

/**
 * Records in a Postgres database, version 12 or later, for `Storage.connect`; through the package `postgres`. Commits
 * take turns, so that events become visible in the order of their ids.
 *
 * @example
 * ```ts
 * import { Storage } from "edgewater";
 * import { postgres } from "edgewater/postgres";
 *
 * await using storage = await Storage.connect(postgres(env.DATABASE_URL));
 * ```
 */
export function postgres(url: string, options: PostgresOptions = {}): StorageBackend {
  const name = nameOf(url);
  return {
    name,
    open: async ({ readOnly }) => {
      const database = new PostgresDatabase(name, url, options);
      await closingOnFailure(database, () => openSchema(database, readOnly));
      return new SqlBackend(database);
    },
    migrate: async () => {
      const database = new PostgresDatabase(name, url, options);
      await closingOnFailure(database, () => migrate(database));
      await database.close();
    },
  };
}

async function closingOnFailure(database: SqlDatabase, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await database.close();
    throw error;
  }
}

class PostgresDatabase implements SqlDatabase {
  readonly name: string;
  readonly dialect = "postgres";
  readonly #sql: Sql;
  readonly #retries: number;
  readonly #prepare: boolean;
  readonly #numbered = new Map<string, string>();

  constructor(name: string, url: string, { connections = 4, connectTimeoutMs = 10_000, retries = 5, prepare = true }: PostgresOptions) {
    this.name = name;
    this.#retries = retries;
    this.#prepare = prepare;
    const connectTimeout = connectTimeoutMs / 1000;
    this.#sql = connect(url, { max: connections, connect_timeout: connectTimeout, prepare, fetch_types: false, onnotice: () => {} });
  }

  run(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    return this.#attempt((commits) =>
      this.#sql.begin(async (transaction) => {
        try {
          const rows = await Promise.all(statements.map((each) => this.#query(transaction, each)));
          commits();
          return rows;
        } catch (error) {
          // The package would send a rollback on the dead connection, and throw where nobody can catch it. It rejects
          // `begin` by itself when the connection is gone.
          if (isLost(error)) await new Promise(() => {});
          throw error;
        }
      }),
    );
  }

  all(sql: string, parameters: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#attempt(() => this.#query(this.#sql, { sql, parameters }));
  }

  close(): Promise<void> {
    // Nothing goes on any more; only what was lost with its connection would be waited for.
    return this.#sql.end({ timeout: 1 });
  }

  async #query(connection: Pick<Sql, "unsafe">, { sql, parameters }: Statement): Promise<readonly Row[]> {
    let text = this.#numbered.get(sql);
    if (text === undefined) {
      let count = 0;
      text = sql.replace(/\?/g, () => `$${++count}`);
      this.#numbered.set(sql, text);
    }
    return connection.unsafe(text, [...parameters], { prepare: this.#prepare }) as Promise<readonly Row[]>;
  }

  /** Tries again after a lost connection, unless what was lost may have been committed. */
  async #attempt<Value>(work: (commits: () => void) => Promise<Value>): Promise<Value> {
    for (let tries = 0; ; tries++) {
      let isCommitting = false;
      try {
        return await work(() => {
          isCommitting = true;
        });
      } catch (cause) {
        if (isLost(cause) && isCommitting) {
          const message = `The connection to ${this.name} was lost during a commit, and it is not known whether it took effect: look before doing it again`;
          throw new EdgewaterError("Unavailable", message, { store: this.name, cause });
        }
        if (tries >= this.#retries || !(isLost(cause) || isTemporary(cause))) throw databaseError(this.name, cause, postgresFailure);
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** tries * (0.5 + Math.random() / 2)));
      }
    }
  }
}

/** Without the user, the password and the parameters. */
function nameOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres(${host}${pathname})`;
  } catch {
    throw new EdgewaterError(
      "SettingsError",
      "The URL of the Postgres database is none; it looks like postgres://user:password@host:5432/database",
      {
        field: "url",
      },
    );
  }
}

function codeOf(cause: unknown): string {
  return String((cause as { readonly code?: unknown } | null)?.code ?? "");
}

/** Whether the connection broke off, so that an open transaction was rolled back. */
function isLost(cause: unknown): boolean {
  return /^(CONNECTION_(CLOSED|DESTROYED)|ECONNRESET|EPIPE|ETIMEDOUT|08\w{3}|57P0[125])$/.test(codeOf(cause));
}

/** Whether nothing took effect, and trying again may help. */
function isTemporary(cause: unknown): boolean {
  return /^(CONNECT_TIMEOUT|ECONNREFUSED|57P03|53300|40001|40P01)$/.test(codeOf(cause));
}

function postgresFailure(cause: unknown): Failure | undefined {
  const code = codeOf(cause);
  if (/^(28P01|28000)$/.test(code)) return { code: "Unauthenticated", reason: "the user or the password is wrong" };
  if (code === "3D000") return { code: "NotFound", reason: "there is no such database" };
  if (/^(42501|25006)$/.test(code)) return { code: "PermissionDenied", reason: "this user may not do that" };
  if (/^53[12]00$/.test(code)) return { code: "QuotaExceeded", reason: "the server's disk or memory is full" };
  return undefined;
}
