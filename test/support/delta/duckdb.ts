import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from "@duckdb/node-api";

let instance: Promise<DuckDBInstance> | undefined;

async function connect(): Promise<DuckDBConnection> {
  instance ??= DuckDBInstance.create(":memory:");
  return (await instance).connect();
}

/** Reads a Parquet file with DuckDB, which keeps what it knows of a file by its name. Its values are those of `src/delta/batch.ts`; integers of 64 bits are bigints. */
export async function readWithDuckDB(path: string): Promise<{ readonly names: readonly string[]; readonly columns: readonly unknown[][] }> {
  const connection = await connect();
  try {
    const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${path.replaceAll("'", "''")}', hive_partitioning = false)`);
    const names = reader.columnNames();
    const columns = reader.getColumns();
    return { names, columns: names.map((_, index) => (columns[index] ?? []).map(plain)) };
  } finally {
    connection.closeSync();
  }
}

/** Runs statements, such as those that write Parquet files. */
export async function runInDuckDB(...statements: readonly string[]): Promise<void> {
  const connection = await connect();
  try {
    for (const statement of statements) await connection.run(statement);
  } finally {
    connection.closeSync();
  }
}

function plain(value: DuckDBValue): unknown {
  if (value instanceof DuckDBListValue) return value.items.map(plain);
  if (value instanceof DuckDBMapValue) return value.entries.map(({ key, value }) => [plain(key), plain(value)]);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([name, each]) => [name, plain(each)]));
  if (value instanceof DuckDBDecimalValue) return value.value;
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBDateValue) return value.days;
  if (value instanceof DuckDBBlobValue) return value.bytes;
  return value;
}
