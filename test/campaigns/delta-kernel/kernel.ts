/** A Delta kernel of other authors: that of ClickHouse, as the npm package chdb has it. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { DeltaType } from "edgewater/delta";

/** Runs a query and gives what it printed. */
type Query = (sql: string, format: string) => string;

/** How a table is read. */
export interface KernelOptions {
  /** Whether files are skipped by their statistics. */
  readonly skips: boolean;
  /** Default: the newest. */
  readonly version?: number | undefined;
  /** Only rows for which it is true, in ClickHouse's SQL. */
  readonly where?: string | undefined;
}

/** Reads tables in folders of this machine. */
export class Kernel {
  readonly #query: Query;

  private constructor(query: Query) {
    this.#query = query;
  }

  /** @param folder where chdb is installed */
  static load(folder: string): Kernel {
    const { query } = createRequire(join(folder, "package.json"))("chdb") as { readonly query: Query };
    // It reads files below its working folder only.
    process.chdir("/");
    return new Kernel(query);
  }

  get version(): string {
    return this.#query("SELECT version()", "TabSeparated").trim();
  }

  /** The rows of a table as texts, one for each expression; a null is null. */
  read(table: string, expressions: readonly string[], { skips, version, where }: KernelOptions): readonly (readonly (string | null)[])[] {
    const settings = [`delta_lake_enable_engine_predicate = ${skips ? 1 : 0}`, "output_format_json_quote_64bit_integers = 0"];
    if (version !== undefined) settings.push(`delta_lake_snapshot_version = ${version}`);
    const condition = where === undefined ? "" : ` WHERE ${where}`;
    const sql = `SELECT ${expressions.join(", ")} FROM deltaLakeLocal('${table}')${condition} SETTINGS ${settings.join(", ")}`;
    const lines = this.#query(sql, "JSONCompactEachRow").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as (string | null)[]);
  }
}

/** The SQL that makes an exact text of a column. */
export function textInKernel(name: string, type: DeltaType): string {
  const column = `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
  if (type === "string" || type === "binary") return `hex(${column})`;
  if (type === "double") return `toString(reinterpretAsUInt64(${column}))`;
  if (type === "float") return `toString(reinterpretAsUInt32(${column}))`;
  if (type === "timestamp" || type === "timestamp_ntz") return `toString(toUnixTimestamp64Micro(${column}))`;
  return typeof type === "string" || type.type === "decimal" ? `toString(${column})` : `toJSONString(${column})`;
}

/** The same text of a value of a batch. */
export function textOf(value: unknown, type: DeltaType): string | null {
  if (value === null || value === undefined) return null;
  if (type === "string") return hex(new TextEncoder().encode(value as string));
  if (type === "binary") return hex(value as Uint8Array);
  if (type === "double") return String(new BigUint64Array(new Float64Array([value as number]).buffer)[0]);
  if (type === "float") return String(new Uint32Array(new Float32Array([value as number]).buffer)[0]);
  if (type === "date") return new Date((value as number) * 86_400_000).toISOString().slice(0, 10);
  if (typeof type === "string") return String(value);
  if (type.type === "decimal") return decimalText(value as bigint, type.scale);
  return JSON.stringify(type.type === "map" ? Object.fromEntries(value as readonly [string, unknown][]) : value);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("");
}

/** ClickHouse leaves out zeros at the end. */
function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const [whole, fraction] = [digits.slice(0, digits.length - scale), digits.slice(digits.length - scale).replace(/0+$/, "")];
  return `${unscaled < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}
