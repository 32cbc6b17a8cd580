/**
 * Settings from a `.env` file, for Node, Deno and Bun: `edgewater/dotenv`.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { EdgewaterError } from "../errors.ts";
import { type DotenvSource, dotenv } from "./dotenv.ts";

export { type DotenvSource, dotenv };

export interface LoadDotenvOptions {
  /** Whether a file that does not exist is like an empty one. */
  readonly optional?: boolean;
}

/**
 * Reads a `.env` file, once. The variables of the runtime are not touched: pass what this gives as a source. Relative
 * paths are relative to the working directory. Deno needs `--allow-read` for the file.
 *
 * @throws `SettingsError` when there is no such file, when it cannot be read, or with the number of every wrong line
 *
 * @example
 * ```ts
 * import { runtimeEnvironment } from "edgewater";
 * import { loadDotenv } from "edgewater/dotenv";
 *
 * const env = [runtimeEnvironment, await loadDotenv(".env", { optional: true })];
 * new JsonIOHandler({}, { env });
 * ```
 */
export async function loadDotenv(path: string | URL = ".env", { optional = false }: LoadDotenvOptions = {}): Promise<DotenvSource> {
  const name = String(path);
  try {
    return dotenv(await readFile(path, "utf8"), { name });
  } catch (error) {
    if (error instanceof EdgewaterError) throw error;
    const isMissing = (error as { readonly code?: unknown }).code === "ENOENT";
    if (isMissing && optional) return dotenv("", { name });
    const problem = isMissing ? `There is no file ${name}; create it, or pass { optional: true }` : `The file ${name} cannot be read`;
    throw new EdgewaterError("SettingsError", problem, { key: name, cause: error });
  }
}
