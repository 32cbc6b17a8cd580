/**
 * `npm run worker-assets`: sends 200 requests at once, malformed ones and an upload of 300 MB to the Worker of `examples/worker-assets`
 * in workerd, over the packed library. Judges the memory of its isolate, which is what Cloudflare limits. The process of workerd also
 * has the simulators of R2 and D1: its memory is printed beside that of a Worker that only hands the upload to R2.
 *
 * Takes the number of requests (200), the size of the upload in MB (300), and a folder where the library is installed already.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IsolateMemory, watchIsolate } from "../../support/isolate-memory.ts";
import { install } from "../../support/servers/package.ts";
import { type AssetsWorker, startAssetsWorker, startWorker } from "../../support/worker-assets.ts";
import { largeUpload, malformedRequests, manyRequests, memoryOf, type WorkerMemory } from "../../support/worker-assets-load.ts";

/** How much the memory of the isolate may grow, garbage included, in MB. */
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
  found.push(...(await withManyRequests(folder)));
  found.push(...(await withLargeUpload("the example", await startAssetsWorker(folder, size))));
  const bare = await startWorker(join(import.meta.dirname, "bare/wrangler.jsonc"));
  found.push(...(await withLargeUpload("a Worker that only hands it to R2", bare)));
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

async function withManyRequests(installed: string): Promise<readonly string[]> {
  await using worker = await startAssetsWorker(installed);
  using isolate = await watchIsolate(worker.inspectorPort);
  const system = await memoryOf(worker);
  const start = performance.now();
  const { statuses, problems } = await manyRequests(worker, Number(requests));
  const what = `${requests} requests at once in ${seconds(performance.now() - start)}: ${counted(statuses)}`;
  return [...problems, ...(await judged(what, isolate, system)), ...(await stillAnswers(worker))];
}

async function withLargeUpload(name: string, started: AssetsWorker): Promise<readonly string[]> {
  await using worker = started;
  using isolate = await watchIsolate(worker.inspectorPort);
  const system = await memoryOf(worker);
  const { uploadMs, downloadMs, problems } = await largeUpload(worker, size);
  const what = `${megabytes} MB to ${name} in ${seconds(uploadMs)}, and back in ${seconds(downloadMs)}`;
  return [...problems, ...(await judged(what, isolate, system)), ...(await stillAnswers(worker))];
}

async function stillAnswers({ call }: AssetsWorker): Promise<readonly string[]> {
  const { status } = await call("/status");
  return status === 200 ? [] : [`afterwards, /status is answered ${status}`];
}

async function judged(what: string, isolate: IsolateMemory, system: WorkerMemory): Promise<readonly string[]> {
  const { heap, buffers } = await isolate.peak();
  const growth = heap + buffers;
  const parts = `${heap.toFixed(0)} MB of objects, ${buffers.toFixed(0)} MB of buffers`;
  console.log(`${what}\n  the isolate grew by ${growth.toFixed(0)} MB (${parts}), the process by ${(await system.growth()).toFixed(0)} MB`);
  return growth <= mostGrowth ? [] : [`${what}: the memory of the isolate has grown by more than ${mostGrowth} MB`];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function counted(statuses: Readonly<Record<number, number>>): string {
  return Object.entries(statuses)
    .map(([status, count]) => `${count} × ${status}`)
    .join(", ");
}
