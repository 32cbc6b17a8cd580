/**
 * Puts and gets a stream, and prints the peak memory of each above the memory before, in kilobytes. Linux only.
 * Arguments: a server and a bucket, as JSON; `held` to count only memory that is still in use; the size, 256 MB unless given.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { S3Store } from "edgewater/s3";

const { endpoint, region, bucket, ...credentials } = JSON.parse(argv[2] ?? "");
const store = new S3Store({ endpoint, region, bucket, credentials });
const size = Number(argv[4] ?? 256_000_000);

function stream(bytes: number): ReadableStream<Uint8Array> {
  let rest = bytes;
  return new ReadableStream({
    pull: (controller) => {
      if (rest === 0) return controller.close();
      const chunk = new Uint8Array(Math.min(65_536, rest)).fill(rest % 251);
      rest -= chunk.byteLength;
      controller.enqueue(chunk);
    },
  });
}

async function peakOf(work: () => Promise<unknown>): Promise<number> {
  const peak = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  globalThis.gc?.();
  // Resets the peak.
  writeFileSync("/proc/self/clear_refs", "5");
  const before = peak();
  const collecting = argv[3] === "held" ? setInterval(() => globalThis.gc?.(), 40) : undefined;
  await work();
  clearInterval(collecting);
  return peak() - before;
}

// Compiling and connecting happen once and are not measured.
await store.put("memory", stream(11_000_000));
await (await store.get("memory")).bytes();
const put = await peakOf(() => store.put("memory", stream(size)));
const get = await peakOf(async () => {
  let read = 0;
  for await (const chunk of (await store.get("memory")).stream()) read += chunk.byteLength;
  if (read !== size) throw new Error(`Read ${read} bytes`);
});
await store.delete("memory");
console.log(JSON.stringify([put, get]));
