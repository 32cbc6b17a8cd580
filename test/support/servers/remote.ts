/** Serves Storages in memory from a process of its own, a new one for each name in the path. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { TestProject } from "vitest/node";
import { root } from "../spawn.ts";

/** The program that a runtime serves with; further arguments make it a client. */
export const program = "test/runtime/node-deno-bun/remote.ts";

/** The token of every server. */
export const token = "test-token-of-remote-records";

/** A server of Storages. */
export interface RemoteServer {
  /** URL of the Storages, which their names are below. */
  readonly url: string;
  readonly token: string;
}

declare module "vitest" {
  interface ProvidedContext {
    remote: RemoteServer;
  }
}

/** Starts a server, in Node unless another runtime and its arguments are given. Pages of every origin may ask it. */
export async function start(
  path: string = process.execPath,
  args: readonly string[] = ["--conditions=edgewater-source"],
  served: string = program,
): Promise<{ readonly server: RemoteServer; readonly stop: () => Promise<void> }> {
  const server = spawn(path, [...args, served, token], { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(server, "exit");
  const line = await Promise.race([once(server.stdout, "data").then(([data]) => String(data)), exited.then(() => "")]);
  if (line === "") throw new Error(`${path} did not start a server`);
  const stop = async (): Promise<void> => {
    server.stdin.end();
    await exited;
  };
  return { server: { url: line.trim(), token }, stop };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await start();
  project.provide("remote", server);
  return stop;
}
