/**
 * The target of `#embedded` where a runtime has no database of its own.
 *
 * @module
 */
import { EdgewaterError } from "../../errors.ts";
import type { StorageBackend } from "../backend.ts";

/** The back end of `Storage.embedded` in Workers: opening it fails, because Workers have no database of their own. */
export function embedded(name: string): StorageBackend {
  const refuse = async (): Promise<never> => {
    const message = `Cannot open Storage.embedded(${JSON.stringify(name)}): Workers have no embedded database; use Storage.connect with d1(env.DB) or durableObject(state.storage)`;
    throw new EdgewaterError("NotSupported", message, { store: name });
  };
  return { name, open: refuse, migrate: refuse };
}
