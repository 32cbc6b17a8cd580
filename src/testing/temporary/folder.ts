import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStore } from "../../object-store/local/index.ts";
import type { Temporary } from "./types.ts";

/** A store and a Storage in a new folder of the system's temporary directory: on Node, Deno and Bun. */
export async function temporary(): Promise<Temporary> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-"));
  return {
    store: new LocalStore(join(folder, "objects")),
    storagePath: (await hasSqlite()) ? join(folder, "storage") : undefined,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Returns whether the runtime has SQLite; Node has it from 22.13 on. */
async function hasSqlite(): Promise<boolean> {
  try {
    await import("node:sqlite");
    return true;
  } catch {
    return false;
  }
}
