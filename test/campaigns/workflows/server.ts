/** The Worker of this folder in `wrangler dev`, which can be killed with everything that it has started. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { freePort } from "../../support/servers/free-port.ts";
import { root } from "../../support/spawn.ts";

/** How long the Worker may take to start, in milliseconds. */
const startMs = 120_000;

/** A running Worker. */
export interface WorkerServer {
  /** Sends a request, and returns the JSON of the answer. */
  readonly call: <Answer>(path: string) => Promise<Answer>;
  /** Kills it with SIGKILL, and everything that it has started. */
  readonly kill: () => Promise<void>;
}

/** Starts the Worker over what an earlier one has left in a folder. */
export async function startWorker(folder: string): Promise<WorkerServer> {
  const port = await freePort();
  const config = join(import.meta.dirname, "wrangler.jsonc");
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  const args = [
    wrangler,
    "dev",
    "--config",
    config,
    "--ip",
    "127.0.0.1",
    "--port",
    String(port),
    "--inspector-port",
    "0",
    "--persist-to",
    folder,
  ];
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1" };
  const child = spawn(process.execPath, args, { cwd: root, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    });
  // `fetch` gives an answer up that does not begin within five minutes.
  const call = <Answer>(path: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, path, method: "POST" }, async (response) => {
        const answer = await text(response).catch(reject);
        if (answer === undefined) return;
        if (response.statusCode === 200) resolve(JSON.parse(answer) as Answer);
        else reject(new Error(`${path} has answered ${response.statusCode}: ${answer}\n${output}`));
      });
      sent.on("error", reject);
      sent.end();
    });
  const latest = Date.now() + startMs;
  while (!(await call("/").catch(() => undefined))) {
    if (child.exitCode !== null || Date.now() > latest) throw new Error(`wrangler dev has not started:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { call, kill: () => kill(child) };
}

/** Kills the group of a process. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await ended;
}
