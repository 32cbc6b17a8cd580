/** S3Store against other clients of the same server. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { S3Store } from "edgewater/s3";
import { createBucket } from "../../support/servers/buckets.ts";
import { start } from "../../support/servers/ceph.ts";
import { type AddRow, type Contender, type Row, ratio } from "./harness.ts";

const bucket = "bench";
const small = new Uint8Array(1000).fill(7);
const large = 256_000_000;
const inFlight = 8;
const requests = 1000;

const { version } = createRequire(import.meta.url)("@aws-sdk/client-s3/package.json") as { version: string };

/** Sends many requests, a few at once. */
async function many(request: (key: string) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests) await request(`small/${next++}`);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

function streamOf(size: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(65_536).fill(7);
  let rest = size;
  return new ReadableStream({
    pull: (controller) => {
      if (rest === 0) return controller.close();
      const piece = chunk.slice(0, Math.min(chunk.byteLength, rest));
      rest -= piece.byteLength;
      controller.enqueue(piece);
    },
  });
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<void> {
  let read = 0;
  for await (const chunk of stream) read += chunk.byteLength;
  if (read !== large) throw new Error(`Read ${read} bytes`);
}

export async function s3Rows(add: AddRow): Promise<void> {
  const { server, stop } = await start();
  try {
    await createBucket(server, bucket);
    const { endpoint, region, ...credentials } = server;
    const store = new S3Store({ bucket, region, endpoint, credentials });
    const sdk = new S3Client({ region, endpoint, credentials, forcePathStyle: true });

    const put: Contender = { name: "S3Store", run: () => many((key) => store.put(key, small)) };
    const get: Contender = { name: "S3Store", run: () => many(async (key) => (await store.get(key)).bytes()) };
    const sdkName = `@aws-sdk/client-s3 ${version}`;
    const sdkPut = { name: sdkName, run: () => many((Key) => sdk.send(new PutObjectCommand({ Bucket: bucket, Key, Body: small }))) };
    const sdkGet = {
      name: sdkName,
      run: () => many(async (Key) => (await sdk.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body?.transformToByteArray()),
    };
    // Gets come first: after puts the server keeps working for a while.
    await put.run();
    add(await ratio("signed S3 get, 1 KB, 8 in flight", get, sdkGet, 1 / 1.1));
    add(await ratio("signed S3 put, 1 KB, 8 in flight", put, sdkPut, 1));
    sdk.destroy();

    // The server frees space a moment after an object is deleted.
    const room = async (): Promise<void> => {
      await store.delete("large");
      await new Promise((resolve) => setTimeout(resolve, 2000));
    };
    const whole = new Uint8Array(large).fill(7);
    const plainPut = await store.signedUrl("large", { method: "PUT" });
    const plain: Contender = {
      name: "one plain PUT of the bytes",
      before: room,
      run: async () => void (await fetch(plainPut, { method: "PUT", body: whole })),
    };
    const streamed: Contender = { name: "S3Store", before: room, run: async () => void (await store.put("large", streamOf(large))) };
    add(await ratio("S3 put, 256 MB, streamed", streamed, plain, 1.11));
    await store.put("large", whole);
    const plainGet = await store.signedUrl("large");
    const plainRead: Contender = {
      name: "one plain GET, read as a stream",
      run: async () => drain((await fetch(plainGet)).body as ReadableStream<Uint8Array>),
    };
    const read: Contender = { name: "S3Store", run: async () => drain((await store.get("large")).stream()) };
    add(await ratio("S3 get, 256 MB, streamed", read, plainRead, 1.11));
    await store.delete("large");
    for (const row of memoryRows(JSON.stringify({ ...server, bucket }))) add(row);
  } finally {
    await stop();
  }
}

/** Each in a process of its own, three times, because the moments of garbage collection vary. */
function memoryRows(target: string): Row[] {
  const root = join(import.meta.dirname, "../../..");
  const script = ["--conditions=edgewater-source", "--expose-gc", "test/services/ceph/memory.ts", target];
  const peaks = [0, 1, 2].map(
    () => JSON.parse(execFileSync(process.execPath, script, { cwd: root, encoding: "utf8" })) as [number, number],
  );
  return ["put", "get"].map((verb, index) => {
    const measured = Math.max(...peaks.map((peak) => peak[index] ?? Number.NaN)) / 1000;
    const what = `S3 ${verb}, 256 MB, streamed: peak memory, the largest of three`;
    return { what, measured: `${measured.toFixed(1)} MB`, budget: "≤ 64 MB", isWithin: measured <= 64, anchor: "—" };
  });
}
