import { EdgewaterError } from "../../errors.ts";
import type { StorageBackend } from "../backend.ts";

/** What `Storage.embedded` opens in Workers, which have no database of their own. */
export function embedded(name: string): StorageBackend {
  const refuse = async (): Promise<never> => {
    const message = `Workers have no storage of their own for ${JSON.stringify(name)}: use Storage.connect with d1(env.DB) or durableObject(state.storage)`;
    throw new EdgewaterError("NotSupported", message, { store: name });
  };
  return { name, open: refuse, migrate: refuse };
}
