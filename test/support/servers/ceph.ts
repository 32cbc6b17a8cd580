/** Starts a real S3 server, once for all projects of a Vitest run, and provides its address and buckets to each. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { createBucket } from "./buckets.ts";
import { freePort } from "./free-port.ts";
import { start as startScript } from "./start.ts";

/** Address and credentials of an S3 server. */
export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The buckets of one project. */
export interface S3Buckets extends S3Server {
  /** Its CORS rules expose the headers that the store reads. */
  readonly bucket: string;
  /** Its CORS rules expose only the ETag. */
  readonly hidingBucket: string;
  /** Its CORS rules expose nothing. */
  readonly muteBucket: string;
}

declare module "vitest" {
  interface ProvidedContext {
    s3: S3Buckets;
  }
}

interface Running {
  readonly server: S3Server;
  readonly stop: () => Promise<void>;
}

/** The headers that pages may read: those of the store, and the entries of the tests and of the built-in handlers. */
export const exposedHeaders: readonly string[] = [
  "ETag",
  "Content-Range",
  "Date",
  ...["edgewaternonces", "edgewatermetadata", "a", "body", "d", "number", "other", "run"].map((each) => `x-amz-meta-${each}`),
  ...["content-digest", "serializer", "run-id", "write-id", "data-version"].map((each) => `x-amz-meta-${each}`),
];

/** Each project loads its own copy of this file, so they share the server by this global. */
const shared = globalThis as { edgewaterCeph?: { running: Promise<Running>; users: number } | undefined };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.edgewaterCeph ??= { running: start(), users: 0 };
  const { edgewaterCeph } = shared;
  edgewaterCeph.users++;
  const { server, stop } = await edgewaterCeph.running;
  const name = `edgewater-${project.name || "root"}`;
  await createBucket(server, name, exposedHeaders);
  await createBucket(server, `${name}-hiding`, ["ETag"]);
  await createBucket(server, `${name}-mute`, []);
  project.provide("s3", { ...server, bucket: name, hidingBucket: `${name}-hiding`, muteBucket: `${name}-mute` });
  return async () => {
    if (--edgewaterCeph.users > 0) return;
    shared.edgewaterCeph = undefined;
    await stop();
  };
}

/** Starts a server. Another program may take a port before it does, so it is tried again. */
export async function start(tries = 3): Promise<Running> {
  for (let left = tries; ; left--) {
    try {
      return await startOnce();
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
}

async function startOnce(): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-ceph-"));
  const [port, monitorPort] = [await freePort(), await freePort()];
  const credentials = { accessKeyId: "testkey", secretAccessKey: "testsecret" };
  const ports = [String(port), String(monitorPort)];
  const stop = await startScript("ceph.sh", folder, ...ports, credentials.accessKeyId, credentials.secretAccessKey);
  return { server: { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", ...credentials }, stop };
}
