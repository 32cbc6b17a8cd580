import connect from "postgres";
import { inject } from "vitest";

const { host, user, password } = inject("postgres");

export function urlOf(database: string, as = password): string {
  return `postgres://${user}:${encodeURIComponent(as)}@${host}/${database}`;
}

/** Runs statements on a separate connection, without the library. */
export async function byHand<Value>(database: string, work: (sql: connect.Sql) => Promise<Value>): Promise<Value> {
  const sql = connect(urlOf(database), { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** A new database, which is dropped at the end of the block. */
export async function newDatabase(): Promise<AsyncDisposable & { readonly name: string; readonly url: string }> {
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  await byHand("postgres", (sql) => sql.unsafe(`CREATE DATABASE ${name}`));
  return {
    name,
    url: urlOf(name),
    [Symbol.asyncDispose]: async () => void (await byHand("postgres", (sql) => sql.unsafe(`DROP DATABASE ${name} WITH (FORCE)`))),
  };
}
