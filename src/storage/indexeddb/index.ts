import { deleteDB, type IDBPDatabase, openDB } from "idb";
import type { StorageBackend } from "../backend.ts";
import type { EmbeddedOptions } from "../embedded-options.ts";
export function embedded(name: string, _options: EmbeddedOptions = {}): StorageBackend {
  void [deleteDB, openDB, name, {} as IDBPDatabase];
  throw new Error("not yet");
}
