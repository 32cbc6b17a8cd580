import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStore } from "../../object-store/local/index.ts";
import type { Temporary } from "./types.ts";

/** On Node, Deno and Bun: a new folder in the system's temporary folder. */
export async function temporary(): Promise<Temporary> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-"));
  return {
    store: new LocalStore(join(folder, "objects")),
    storagePath: join(folder, "storage"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
