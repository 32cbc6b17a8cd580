/** Kills a process again and again while it commits, and looks at what it leaves. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "../../../src/storage/storage.ts";

/**
 * Kills the writer so many times, each at another moment of its work, over the same records. After each they open, and
 * have every event that was acknowledged and only whole batches. Gives how many were acknowledged.
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
        if (!ids.has(id)) throw new Error(`Round ${round}: the acknowledged event ${id} of batch ${index} is gone`);
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

/** Kills a new writer as soon as it has acknowledged so many batches, or a moment later: in the midst of the next. */
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
  if (signal !== "SIGKILL") throw new Error(`The writer ended by itself with ${code}`);
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => line.split(" ").map(Number)).map(([id = 0, index = 0]) => ({ id, index }));
}

/** The last batch is there whole, with its key, or not at all. */
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
    throw new Error(`The key is of batch ${index}, after ${acknowledged}`);
  const latest = await storage.getLatestMaterialization("a");
  if (latest?.id !== events[0]?.id) throw new Error("The latest materialization is not the last event");
}
