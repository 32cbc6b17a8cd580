import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

export const root: string = join(import.meta.dirname, "../..");

/** Runs a program in the project's folder and gives what it printed; rejects with what it printed to standard error. */
export async function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  timeout = 480_000,
): Promise<string> {
  const { PATH = "", HOME = "", NODE_COMPILE_CACHE = "" } = process.env;
  const env = { PATH, HOME, NODE_COMPILE_CACHE, ...environment };
  const { stdout } = await promisify(execFile)(program, args, { cwd: root, env, timeout });
  return stdout;
}
