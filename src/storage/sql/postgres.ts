/**
 * `edgewater/postgres`: a Storage in a Postgres database, for many machines.
 *
 * @module
 */

import type { Sql } from "postgres";
import { EdgewaterError } from "../../errors.ts";
import { aBoolean, checkOptions, type OptionKinds, wholeNumber } from "../../options.ts";
import { loadPeer } from "../../peer.ts";
import type { StorageBackend } from "../backend.ts";
import { SqlBackend } from "./backend.ts";
import type { Row, SqlDatabase, SqlValue, Statement } from "./driver.ts";
import { databaseError, type Failure } from "./failure.ts";
import { migrate, openSchema } from "./schema.ts";

export type { StorageBackend };

/** Options of {@link postgres}. */
export interface PostgresOptions {
  /** Greatest number of connections; 4 unless given. */
  readonly connections?: number;
  /** How long to wait for a connection, in milliseconds; 10,000 unless given. */
  readonly connectTimeoutMs?: number;
  /**
   * Number of retries, after the first attempt, of a transaction that was lost with its connection and cannot have been
   * committed; 5 unless given.
   */
  readonly maxRetries?: number;
  /** Whether statements are prepared on the server; false for a pooler in transaction mode. True unless given. */
  readonly prepare?: boolean;
}

const kinds: OptionKinds<PostgresOptions> = {
  connections: /* @__PURE__ */ wholeNumber(1),
  connectTimeoutMs: /* @__PURE__ */ wholeNumber(0),
  maxRetries: /* @__PURE__ */ wholeNumber(0),
  prepare: aBoolean,
};

/**
 * The back end for a Storage in a Postgres database, version 12 or later, for `Storage.connect`; through the package
 * `postgres`. Safe for concurrent writers: commits run one at a time, so events become visible in the order of their ids.
 *
 * Opening and migrating throw `Unauthenticated`, `NotFound` for an unknown database, `PermissionDenied`, `Unavailable`, and
 * `SchemaMismatch` for a schema of another version.
 *
 * @throws `SettingsError` for an invalid URL
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
  checkOptions("postgres", options, kinds);
  const connect = async (): Promise<PostgresDatabase> => {
    const peer = await loadPeer("postgres", "edgewater/postgres", () => import("postgres"));
    return new PostgresDatabase(name, peer.default, url, options);
  };
  return {
    name,
    open: async ({ readOnly }) => {
      const database = await connect();
      await closingOnFailure(database, () => openSchema(database, readOnly));
      return new SqlBackend(database);
    },
    migrate: async () => {
      const database = await connect();
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
  readonly reach = "anywhere";
  readonly dialect = "postgres";
  readonly #sql: Sql;
  readonly #maxRetries: number;
  readonly #prepare: boolean;
  readonly #numbered = new Map<string, string>();

  constructor(
    name: string,
    connect: typeof import("postgres"),
    url: string,
    { connections = 4, connectTimeoutMs = 10_000, maxRetries = 5, prepare = true }: PostgresOptions,
  ) {
    this.name = name;
    this.#maxRetries = maxRetries;
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
          // The package would send a rollback on the lost connection, and throw where nothing can catch it. It rejects
          // `begin` by itself when the connection is lost.
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
    // No query is running; the timeout ends the wait for transactions that were lost with their connection.
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

  /** Retries after a lost connection, unless the transaction may have been committed. */
  async #attempt<Value>(work: (commits: () => void) => Promise<Value>): Promise<Value> {
    for (let retries = 0; ; retries++) {
      let isCommitting = false;
      try {
        return await work(() => {
          isCommitting = true;
        });
      } catch (cause) {
        if (isLost(cause) && isCommitting) {
          const message = `Cannot tell whether a commit to ${this.name} took effect: the connection was lost during it; check the events before you commit again`;
          throw new EdgewaterError("Unavailable", message, { store: this.name, outcome: "unknown", cause });
        }
        if (retries >= this.#maxRetries || !(isLost(cause) || isTemporary(cause))) throw databaseError(this.name, cause, postgresFailure);
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** retries * (0.5 + Math.random() / 2)));
      }
    }
  }
}

/** The name for error messages: without the user, the password and the parameters. */
function nameOf(url: string): string {
  // In `user:password@host`, the user reads as a scheme and the password as a path.
  const at = URL.canParse(url) ? new URL(url) : undefined;
  if (at !== undefined && /^postgres(ql)?:$/.test(at.protocol)) return `postgres(${at.host}${at.pathname})`;
  throw new EdgewaterError("SettingsError", "Invalid Postgres URL; expected postgres://user@host/db", { field: "url" });
}

function codeOf(cause: unknown): string {
  return String((cause as { readonly code?: unknown } | null)?.code ?? "");
}

/** Whether the connection was lost, so that an open transaction was rolled back. */
function isLost(cause: unknown): boolean {
  return /^(CONNECTION_(CLOSED|DESTROYED)|ECONNRESET|EPIPE|ETIMEDOUT|08\w{3}|57P0[125])$/.test(codeOf(cause));
}

/** Whether nothing took effect, and a retry may succeed. */
function isTemporary(cause: unknown): boolean {
  return /^(CONNECT_TIMEOUT|ECONNREFUSED|57P03|53300|40001|40P01)$/.test(codeOf(cause));
}

/** The failure of a Postgres error. Codes: PostgreSQL documentation, "PostgreSQL Error Codes". */
function postgresFailure(cause: unknown): Failure | undefined {
  const code = codeOf(cause);
  if (/^(28P01|28000)$/.test(code)) return { code: "Unauthenticated", reason: "the user or the password is wrong; check the URL" };
  if (code === "3D000") return { code: "NotFound", reason: "the database does not exist; create it, or check the URL" };
  if (/^(42501|25006)$/.test(code))
    return { code: "PermissionDenied", reason: "the user lacks the privilege; grant it, or use another user" };
  if (/^53[12]00$/.test(code)) return { code: "QuotaExceeded", reason: "the server's disk or memory is full; free some" };
  return undefined;
}
