/** A Storage and a store in a folder that several processes use. */
import { join } from "node:path";
import { Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { sqlite } from "edgewater/sqlite";
import type { HistoryStore, Shared } from "./shared.ts";

export async function inFolder(folder: string): Promise<Shared> {
  const store = new LocalStore(join(folder, "values")) as unknown as HistoryStore;
  return { storage: await Storage.connect(sqlite(join(folder, "records.sqlite"))), store };
}
