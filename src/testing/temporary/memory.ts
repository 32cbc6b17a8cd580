import { MemoryStore } from "../../object-store/memory/store.ts";
import type { Temporary } from "./types.ts";

/** In Workers: memory, because they have no storage of their own. */
export async function temporary(): Promise<Temporary> {
  return { store: new MemoryStore(), storagePath: undefined, remove: async () => {} };
}
