import { MemoryStore } from "../../object-store/memory/store.ts";
import type { Temporary } from "./types.ts";

/** Memory: in Workers, which have no place of their own. */
export async function temporary(): Promise<Temporary> {
  return { store: new MemoryStore(), records: undefined, remove: async () => {} };
}
