/** Starts a Postgres of the tests' own and tells them where it is. Runs once for a whole Vitest run. */
import { execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestProject } from "vitest/node";
import { components } from "../../../scripts/components.ts";
import { freePort } from "./free-port.ts";

/** Where the server is, and who may use it. */
export interface PostgresServer {
  readonly host: string;
  readonly user: string;
  readonly password: string;
}

declare module "vitest" {
  interface ProvidedContext {
    postgres: PostgresServer;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await start();
  project.provide("postgres", server);
  return stop;
}

/** Starts a server. */
export async function start(): Promise<{ readonly server: PostgresServer; readonly stop: () => Promise<void> }> {
  const bin = dirname(components.postgres.path ?? "");
  const folder = await mkdtemp(join(tmpdir(), "edgewater-postgres-"));
  const identity = ownIdentity();
  if (identity.uid !== undefined) execFileSync("chown", ["-R", `${identity.uid}:${identity.gid}`, folder]);
  const [data, passwordFile] = [join(folder, "data"), join(folder, "password")];
  const [user, password] = ["tester", "secret of the test"];
  await writeFile(passwordFile, password);
  await chmod(passwordFile, 0o644);
  const options: SpawnOptions = { ...identity, cwd: folder, stdio: ["ignore", "ignore", "inherit"] };
  const initialise = [
    "-D",
    data,
    "-U",
    user,
    "--pwfile",
    passwordFile,
    "--auth",
    "scram-sha-256",
    "--encoding",
    "UTF8",
    "--locale",
    "C.UTF-8",
    "--no-sync",
  ];
  execFileSync(join(bin, "initdb"), initialise, options as object);
  const port = await freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    fsync: "off",
    log_min_messages: "panic",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(join(bin, "postgres"), ["-D", data, ...args], options);
  const exited = once(server, "exit");
  const host = `127.0.0.1:${port}`;
  while (!isReady(bin, port)) {
    if (server.exitCode !== null) throw new Error(`Postgres did not start; its files are in ${folder}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = async (): Promise<void> => {
    // Fast: without waiting for clients.
    server.kill("SIGINT");
    await exited;
    await rm(folder, { recursive: true });
  };
  return { server: { host, user, password }, stop };
}

/** Postgres refuses to run as root. Debian's package brings a user for it. */
function ownIdentity(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (which: string): number => Number(execFileSync("id", [which, "postgres"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

function isReady(bin: string, port: number): boolean {
  try {
    execFileSync(join(bin, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]);
    return true;
  } catch {
    return false;
  }
}
