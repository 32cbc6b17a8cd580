/** Starts a real Redis for the tests, in memory only, and tells them where it is. Runs once for a whole Vitest run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";
import { components } from "../../../scripts/components.ts";
import { freePort } from "./free-port.ts";

declare module "vitest" {
  interface ProvidedContext {
    redis: { readonly port: number };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-redis-"));
  const port = await freePort();
  const args = ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no", "--dir", folder];
  const server = spawn(components.redis.path ?? "redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(server, "exit");
  const ready = (async () => {
    for await (const line of createInterface(server.stdout)) if (line.includes("Ready to accept connections")) return true;
    return false;
  })();
  if (!(await Promise.race([ready, exited.then(() => false)]))) throw new Error("Redis did not start");
  server.stdout.resume();
  project.provide("redis", { port });
  return async () => {
    server.kill();
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
}
