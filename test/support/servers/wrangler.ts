/** A Worker in `wrangler dev`, in a process that can be killed with everything that it has started. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { root } from "../spawn.ts";
import { freePort } from "./free-port.ts";

/** How long a Worker may take to start, in milliseconds. */
const startMs = 300_000;

/** How much of what it has printed is kept for errors, in characters. */
const keptOutput = 40000;

/** How a Worker is started. */
export interface WranglerOptions {
  /** The path of its `wrangler.jsonc`. */
  readonly config: string;
  /** The folder of its buckets and databases, which may have those of an earlier Worker. */
  readonly folder: string;
  /** Its variables and secrets. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether it imports the sources in place of the built package; false unless given. */
  readonly useSources?: boolean;
  /** More arguments of `wrangler dev`. */
  readonly args?: readonly string[];
  /** The port of the inspector protocol; any unless given. */
  readonly inspectorPort?: number;
}

/** A running Worker. */
export interface WranglerServer extends AsyncDisposable {
  readonly port: number;
  /** Without a slash at its end. */
  readonly url: string;
  /** The process that has started `wrangler dev`, which has those of workerd below it. */
  readonly pid: number;
  /** The last that it has printed. */
  readonly output: () => string;
  /** Kills it with SIGKILL, and everything that it has started. */
  readonly kill: () => Promise<void>;
}

/** Starts a Worker, and waits until it answers. */
export async function startWrangler(options: WranglerOptions): Promise<WranglerServer> {
  const { config, folder, variables = {}, useSources = false, args = [], inspectorPort = 0 } = options;
  const port = await freePort();
  const given = [
    ["--config", config],
    ["--ip", "127.0.0.1"],
    ["--port", String(port)],
    ["--inspector-port", String(inspectorPort)],
    ["--persist-to", folder],
    ...Object.entries(variables).map(([name, value]) => ["--var", `${name}:${value}`]),
  ].flat();
  const env = {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    CI: "1",
    ...(useSources && { WRANGLER_BUILD_CONDITIONS: "edgewater-source,workerd,worker,browser" }),
  };
  const program = join(root, "node_modules/wrangler/bin/wrangler.js");
  const command = [process.execPath, program, "dev", ...given, ...args];
  // It ends with everything that it has started when its standard input is closed, so that nothing outlives us, however we end.
  const script = '("$@"; kill -9 0) & cat > /dev/null; kill -9 0';
  const child = spawn("bash", ["-c", script, "--", ...command], { cwd: root, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-keptOutput);
    });
  const url = `http://127.0.0.1:${port}`;
  const latest = Date.now() + startMs;
  while (!(await fetch(url).catch(() => undefined))) {
    if (hasEnded(child) || Date.now() > latest) {
      await kill(child);
      throw new Error(`wrangler dev has not started:\n${output}`);
    }
    await setTimeout(50);
  }
  const server = { port, url, pid: child.pid ?? 0, output: () => output, kill: () => kill(child) };
  return { ...server, [Symbol.asyncDispose]: server.kill };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Kills the group of a process. */
async function kill(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const ended = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await ended;
}
