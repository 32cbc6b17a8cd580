import { MemoryStore } from "../../object-store/memory/store.ts";
import type { Temporary } from "./types.ts";

/** A store in memory: in Workers, which have no disk. */
export async function temporary(): Promise<Temporary> {
  return { store: new MemoryStore(), storagePath: undefined, remove: async () => {} };
}
