/** Kills a process repeatedly while it commits, and checks the Storage each time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "../../../src/storage/storage.ts";

/**
 * Kills a writer of one Storage the given number of times, each time at another moment. Checks each time that the Storage opens,
 * has every committed event, and only whole batches. Returns the number of committed batches.
 */
export async function killWriters(times: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-records-"));
  let acknowledged = 0;
  try {
    for (let round = 0; round < times; round++) {
      const printed = await killOne(folder, 1 + (round % 40));
      acknowledged += printed.length;
      await using storage = await Storage.embedded(folder);
      const last = printed.at(-1);
      const events = await storage.getEventsForAsset("a", { limit: 1_000_000 });
      const ids = new Set(events.map(({ id }) => id));
      for (const { id, index } of printed)
        if (!ids.has(id)) throw new Error(`Round ${round}: the committed event ${id} of batch ${index} is missing`);
      if (ids.size !== Math.max(0, ...ids)) throw new Error(`Round ${round}: ids have gaps, ${ids.size} of ${Math.max(...ids)}`);
      await checkWhole(storage, events, last?.index);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return acknowledged;
}

interface Printed {
  readonly id: number;
  readonly index: number;
}

/** Kills a new writer after the given number of committed batches, or during the next one. */
async function killOne(folder: string, batches: number): Promise<readonly Printed[]> {
  const child = spawn(
    process.execPath,
    ["--conditions=edgewater-source", join(import.meta.dirname, "../../unit/storage/child.ts"), folder, "write"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exited = once(child, "exit");
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
    if (text.split("\n").length > batches) setTimeout(() => child.kill("SIGKILL"), Math.random() * 3);
  });
  const [code, signal] = await exited;
  if (signal !== "SIGKILL") throw new Error(`The writer was not killed; it exited with ${code}`);
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => line.split(" ").map(Number)).map(([id = 0, index = 0]) => ({ id, index }));
}

/** Checks that the last batch is whole, with its key, or missing. */
async function checkWhole(
  storage: Storage,
  events: Awaited<ReturnType<Storage["getEventsForAsset"]>>,
  acknowledged: number | undefined,
): Promise<void> {
  const key = await storage.kvGet("index");
  const index = key === undefined ? undefined : Number(new TextDecoder().decode(key));
  if (index === undefined) return;
  const newest = events.findIndex(({ dataVersion }) => dataVersion !== String(index));
  const size = newest < 0 ? events.length : newest;
  if (size !== 1 + (index % 3)) throw new Error(`Batch ${index} has ${size} events of ${1 + (index % 3)}`);
  if (acknowledged !== undefined && index !== acknowledged && index !== acknowledged + 1)
    throw new Error(`The key has batch ${index} after the committed batch ${acknowledged}`);
  const latest = await storage.getLatestMaterialization("a");
  if (latest?.id !== events[0]?.id) throw new Error("The latest materialization is not the last event");
}
