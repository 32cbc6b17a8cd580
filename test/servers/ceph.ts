/** Starts a real S3 server for the tests and tells them where it is. Runs once for a whole Vitest run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { freePort } from "./free-port.ts";

export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

declare module "vitest" {
  interface ProvidedContext {
    s3: S3Server;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-ceph-"));
  const [port, monitorPort] = [await freePort(), await freePort()];
  const credentials = { accessKeyId: "testkey", secretAccessKey: "testsecret" };
  const script = join(import.meta.dirname, "ceph.sh");
  const args = [script, folder, String(port), String(monitorPort), credentials.accessKeyId, credentials.secretAccessKey];
  const server = spawn("bash", args, { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(server, "exit");
  const started = await Promise.race([once(server.stdout, "data").then(() => true), exited.then(() => false)]);
  if (!started) throw new Error(`The S3 server did not start; its logs are in ${folder}`);
  project.provide("s3", { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", ...credentials });
  return async () => {
    server.stdin.end();
    await exited;
  };
}
