import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/**
 * Starts a script of this folder that prints a line when it is ready and ends when its standard input is closed, so that
 * nothing outlives us, however we end.
 *
 * @returns what stops it
 */
export async function start(script: string, ...args: readonly string[]): Promise<() => Promise<void>> {
  // In a process group of its own: an interrupt from the terminal reaches us alone, and we stop it.
  const server = spawn("bash", [join(import.meta.dirname, script), ...args], { stdio: ["pipe", "pipe", "inherit"], detached: true });
  const exited = once(server, "exit");
  const started = await Promise.race([once(server.stdout, "data").then(() => true), exited.then(() => false)]);
  if (!started) throw new Error(`${script} did not start`);
  return async () => {
    server.stdin.end();
    await exited;
  };
}
