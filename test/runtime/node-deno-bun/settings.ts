/**
 * Prints the settings of a handler in this runtime, or the error. They come from the environment; `--dotenv <path>` adds a
 * file with lower precedence, and `--folder <folder>` passes an argument.
 */
import { argv } from "node:process";
import { parseArgs } from "node:util";
import { BaseIOHandler, isEdgewaterError } from "edgewater";
import { loadDotenv } from "edgewater/dotenv";
import * as v from "valibot";
import { runtimeEnvironment } from "../../../src/runtime/environment.ts";

const schema = v.object({
  folder: v.string(),
  size: v.optional(v.number(), 1),
  retry: v.optional(v.object({ times: v.optional(v.number(), 0), delay: v.optional(v.number(), 0) })),
});

class Handler extends BaseIOHandler.with(schema, { envPrefix: "RUNTIME_IO_" }) {
  override handleOutput(): void {}
  override loadInput(): void {}
}

const { values } = parseArgs({ args: argv.slice(2), options: { folder: { type: "string" }, dotenv: { type: "string" } } });
try {
  const env = values.dotenv === undefined ? undefined : [runtimeEnvironment, await loadDotenv(values.dotenv)];
  console.log(JSON.stringify(new Handler({ folder: values.folder }, { env }).settings));
} catch (error) {
  if (!isEdgewaterError(error, "SettingsError")) throw error;
  console.log(JSON.stringify({ code: error.code, message: error.message, issues: error.issues }));
}
