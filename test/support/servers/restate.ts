/** Starts a Restate server of the tests' own and tells them where it is. Runs once for a whole Vitest run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestProject } from "vitest/node";
import { components } from "../../../scripts/components.ts";
import { freePort } from "./free-port.ts";

/** The addresses of a server. */
export interface RestateServer {
  /** Where invocations begin. */
  readonly ingress: string;
  /** Where services are registered, and invocations are looked at and ended. */
  readonly admin: string;
}

declare module "vitest" {
  interface ProvidedContext {
    restate: RestateServer;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startRestate();
  project.provide("restate", server);
  return stop;
}

/** The program itself: the command of the package is a script that starts it as another process, which would outlive the script. */
function programOf(command: string): string {
  return join(dirname(command), `../@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`);
}

/** Starts a server with a folder and ports of its own. */
export async function startRestate(): Promise<{ readonly server: RestateServer; readonly stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-restate-"));
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const environment = {
    RESTATE_INGRESS__BIND_PORT: String(ingress),
    RESTATE_ADMIN__BIND_PORT: String(admin),
    RESTATE_BIND_PORT: String(node),
    RESTATE_BIND_IP: "127.0.0.1",
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_DISABLE_TELEMETRY: "true",
    RESTATE_DEFAULT_NUM_PARTITIONS: "2",
    RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "256 MiB",
    RESTATE_LOG_FILTER: "error,octocrab=off",
  };
  const { PATH = "", HOME = "" } = process.env;
  const args = ["--no-logo", "--base-dir", folder];
  const server = spawn(programOf(components.restate.path ?? ""), args, {
    cwd: folder,
    env: { PATH, HOME, ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(server, "exit");
  const kill = (): void => void server.kill("SIGKILL");
  process.once("exit", kill);
  const addresses = { ingress: `http://127.0.0.1:${ingress}`, admin: `http://127.0.0.1:${admin}` };
  while (!(await isReady(addresses))) {
    if (server.exitCode !== null) throw new Error(`Restate did not start; its files are in ${folder}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    kill();
    await exited;
    await rm(folder, { recursive: true });
  };
  return { server: addresses, stop };
}

async function isReady({ ingress, admin }: RestateServer): Promise<boolean> {
  const answers = [`${admin}/health`, `${ingress}/restate/health`].map((url) => fetch(url).then(({ ok }) => ok));
  return (await Promise.all(answers).catch(() => [false])).every(Boolean);
}
