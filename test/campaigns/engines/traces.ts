/** Looks for a text in everything that a database holds. */
import connect from "postgres";

/** The tables of a database that have a text in any column. */
export async function tablesWith(url: string, text: string): Promise<readonly string[]> {
  const sql = connect(url, { max: 1, onnotice: () => {} });
  try {
    const tables = await sql`
      SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`;
    const found: string[] = [];
    // Bytes are shown as hex.
    const patterns = [`%${text}%`, `%${Buffer.from(text).toString("hex")}%`];
    for (const { schema, name } of tables) {
      const [row] = await sql`SELECT count(*)::int AS rows FROM ${sql(schema)}.${sql(name)} AS t WHERE t::text LIKE ANY (${patterns})`;
      if (row?.["rows"] > 0) found.push(`${schema}.${name}`);
    }
    return found;
  } finally {
    await sql.end();
  }
}
