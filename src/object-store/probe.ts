import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { unlessAborted } from "./client/aborted.ts";
import type { ConditionalPut, Delete, Named } from "./types.ts";

/** A store that need not be tried, because it is known to keep conditions, says so. */
type Store = Named & ConditionalPut & Delete & { readonly keepsConditions?: true | undefined };

export interface ProbeOptions {
  /** Where the object that it is tried with may lie for a moment. */
  readonly prefix?: string;
  readonly signal?: AbortSignal | undefined;
}

const probed = new WeakMap<Store, Promise<void>>();

/**
 * Makes sure that a store keeps conditions before anything is entrusted to them, such as a log: a server that ignores
 * If-None-Match takes every write and loses all but one. Tries it once for every store, with an object of its own that
 * is deleted again; one that lies is recognised by its second request.
 *
 * @throws `NotSupported` when the store ignores conditions; whatever its `put` and `delete` throw
 *
 * @example
 * ```ts
 * import { requireConditions } from "edgewater/with";
 *
 * await requireConditions(store);
 * await store.put("log/0001.json", entry, { mode: "create" });
 * ```
 */
export async function requireConditions(store: Store, { prefix = "edgewater-probe", signal }: ProbeOptions = {}): Promise<void> {
  if (store.keepsConditions) return;
  let probe = probed.get(store);
  if (probe === undefined) {
    probe = tryConditions(store, `${prefix}/${crypto.randomUUID()}`);
    probed.set(store, probe);
    // What could not be reached may be reached later.
    probe.catch((error: unknown) => isEdgewaterError(error, "NotSupported") || probed.delete(store));
  }
  // Others may wait for the same.
  await unlessAborted(probe, signal, { store: store.name });
}

async function tryConditions(store: Store, key: string): Promise<void> {
  try {
    const { etag = "" } = await store.put(key, "1", { mode: "create" });
    await refuses("create", () => store.put(key, "2", { mode: "create" }));
    await store.put(key, "3", { mode: { ifMatch: etag } });
    await refuses("ifMatch", () => store.put(key, "4", { mode: { ifMatch: etag } }));
  } finally {
    await store.delete(key).catch(() => undefined);
  }

  async function refuses(mode: string, write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (isEdgewaterError(error, "AlreadyExists", "PreconditionFailed")) return;
      throw error;
    }
    const message = `${store.name} ignores the condition ${mode}: two writers would overwrite each other; it cannot hold what relies on it`;
    throw new EdgewaterError("NotSupported", message, { store: store.name });
  }
}
