import type { Holder } from "./types.ts";

let current: Holder | undefined;

/** This isolate as a holder of claims. It cannot see whether another one has ended. */
export async function currentHolder(): Promise<Holder> {
  // Workers allow no random numbers while a module is loaded.
  current ??= { name: crypto.randomUUID(), namesMachine: false, separatesRequests: true, hasEnded: async () => false };
  return current;
}
