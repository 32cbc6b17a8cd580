/** Starts a real S3 server for the tests and tells them where it is. Runs once for a whole Vitest run. */
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { start } from "./start.ts";

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
  const ports = [String(port), String(monitorPort)];
  const stop = await start("ceph.sh", folder, ...ports, credentials.accessKeyId, credentials.secretAccessKey);
  project.provide("s3", { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", ...credentials });
  return stop;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("There is no free port");
  return address.port;
}
