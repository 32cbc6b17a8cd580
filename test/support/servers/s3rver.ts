/** Starts s3rver in this process: an S3 server that ignores conditions and keeps its objects in a folder. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";
import type { S3Server } from "./ceph.ts";

interface Running extends AsyncDisposable {
  readonly server: S3Server;
  /** The method of every request so far. */
  readonly methods: readonly string[];
}

/** Starts a server with one bucket. */
export async function startS3rver(bucket: string): Promise<Running> {
  const directory = await mkdtemp(join(tmpdir(), "edgewater-s3rver-"));
  const s3rver = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory, configureBuckets: [{ name: bucket, configs: [] }] });
  await s3rver.run();
  const { httpServer } = s3rver;
  const methods: string[] = [];
  httpServer.on("request", ({ method = "" }) => methods.push(method));
  if (!httpServer.listening) await once(httpServer, "listening");
  const { port } = httpServer.address() as AddressInfo;
  return {
    server: { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
    methods,
    [Symbol.asyncDispose]: async () => {
      await s3rver.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
