/**
 * `edgewater/dotenv`: reads a `.env` file as a source of settings, on Node, Deno and Bun.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { EdgewaterError } from "../errors.ts";
import { aBoolean, aName, aURL, checkOptions, checkValue, either, type OptionKinds } from "../options.ts";
import { type DotenvSource, dotenv } from "./dotenv.ts";

export { type DotenvSource, dotenv };

/** Options of {@link loadDotenv}. */
export interface LoadDotenvOptions {
  /** Whether a missing file counts as an empty one; false by default. */
  readonly optional?: boolean;
}

const kinds: OptionKinds<LoadDotenvOptions> = { optional: aBoolean };

/**
 * Reads a `.env` file once and returns its variables as a source of settings. The environment of the process does not
 * change. Relative paths are relative to the working directory. Deno needs `--allow-read` for the file.
 *
 * @throws `SettingsError` when the file is missing or cannot be read, or for an invalid option
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
export async function loadDotenv(path: string | URL = ".env", options: LoadDotenvOptions = {}): Promise<DotenvSource> {
  checkValue("loadDotenv", "path", path, either(aName, aURL));
  checkOptions("loadDotenv", options, kinds);
  const { optional = false } = options;
  const name = String(path);
  try {
    return dotenv(await readFile(path, "utf8"), { name });
  } catch (error) {
    if (error instanceof EdgewaterError) throw error;
    const isMissing = (error as { readonly code?: unknown }).code === "ENOENT";
    if (isMissing && optional) return dotenv("", { name });
    const reason = isMissing ? "there is no such file; create it, or pass { optional: true }" : "the file system refused it; see the cause";
    throw new EdgewaterError("SettingsError", `Cannot read ${JSON.stringify(name)}: ${reason}`, { key: name, cause: error });
  }
}
