/**
 * `npm run worker-assets`: sends 200 requests at once, malformed ones and an upload of 300 MB to the Worker of `examples/worker-assets`
 * in workerd, over the packed library, and measures the memory of workerd. Takes the
 * number of requests (200), the size of the upload in
 * MB (300), and a folder where the library is installed already.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install } from "../../support/servers/package.ts";
import { startAssetsWorker } from "../../support/worker-assets.ts";
import { largeUpload, malformedRequests, manyRequests, memoryOf } from "../../support/worker-assets-load.ts";

/** How much the memory of workerd may grow, in MB. */
const mostGrowth = 64;

/** The largest upload while malformed requests are sent, in bytes. */
const smallLimit = 1_000_000;

const [requests = "200", megabytes = "300", given] = process.argv.slice(2);
const folder = given ?? (await mkdtemp(join(tmpdir(), "edgewater-worker-assets-")));
const size = Number(megabytes) * 1_000_000;
const found: string[] = [];
try {
  if (given === undefined) await install(folder, { withPages: true });
  found.push(...(await withSmallLimit(folder)));
  await using worker = await startAssetsWorker(folder, size);
  const memory = await memoryOf(worker);
  // What loads and compiles the Worker is not what is measured.
  found.push(...(await manyRequests(worker, 16)).problems);

  await memory.reset();
  let start = performance.now();
  const { statuses, problems } = await manyRequests(worker, Number(requests));
  found.push(...problems);
  report(`${requests} requests at once in ${seconds(start)}: ${counted(statuses)}`, await memory.growth());

  start = performance.now();
  await memory.reset();
  const large = await largeUpload(worker, size);
  found.push(...large.problems);
  report(
    `an upload of ${megabytes} MB in ${(large.uploadMs / 1000).toFixed(1)} s, and its download in ${(large.downloadMs / 1000).toFixed(1)} s`,
    await memory.growth(),
  );

  const status = await worker.call("/status");
  if (status.status !== 200) found.push(`afterwards, /status is answered ${status.status}`);
} finally {
  if (given === undefined) await rm(folder, { recursive: true, force: true });
}
console.log(found.length === 0 ? "No violation." : found.join("\n"));
process.exitCode = found.length === 0 ? 0 : 1;

/** Sends malformed requests to a Worker with a limit that is reached soon. */
async function withSmallLimit(installed: string): Promise<readonly string[]> {
  await using worker = await startAssetsWorker(installed, smallLimit);
  const problems = await malformedRequests(worker, smallLimit);
  console.log(`malformed requests: ${problems.length} answered wrongly`);
  return problems;
}

function report(what: string, growth: number): void {
  console.log(`${what}; the memory of workerd has grown by ${growth.toFixed(0)} MB at its peak`);
  if (growth > mostGrowth) found.push(`${what}: the memory has grown by more than ${mostGrowth} MB`);
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

function counted(statuses: Readonly<Record<number, number>>): string {
  return Object.entries(statuses)
    .map(([status, count]) => `${count} × ${status}`)
    .join(", ");
}
