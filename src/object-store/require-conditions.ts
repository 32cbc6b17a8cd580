import { EdgewaterError, isEdgewaterError, orAborted } from "../errors.ts";
import { aSignal, aString, checkOptions, checkValue, type OptionKinds, required, withMethods } from "../options.ts";
import type { ConditionalPut, Delete, Named } from "./types.ts";

/** A store with conditional writes. `keepsConditions` is set if it is known to check conditions, so no test is needed. */
type Store = Named & ConditionalPut & Delete & { readonly keepsConditions?: true | undefined };

/** Options of {@link requireConditions}. */
export interface ProbeOptions {
  /** The prefix of the object that the test writes and deletes. Default: `edgewater-probe`. */
  readonly prefix?: string;
  /** Ends the wait of this call. */
  readonly signal?: AbortSignal | undefined;
}

const kinds: OptionKinds<ProbeOptions> = { prefix: aString, signal: aSignal };

const probed = new WeakMap<Store, Promise<void>>();

/**
 * Tests whether a store checks conditions, before data such as a log relies on them: a server that ignores
 * `If-None-Match` accepts every conditional write and loses all but the last. Tests each store once, with an object that
 * is deleted afterwards.
 *
 * @throws `NotSupported` if the store ignores conditions; any error of its `put`
 *
 * @example
 * ```ts
 * import { requireConditions } from "edgewater/with";
 *
 * await requireConditions(store);
 * await store.put("log/0001.json", entry, { mode: "create" });
 * ```
 */
export async function requireConditions(store: Store, options: ProbeOptions = {}): Promise<void> {
  checkValue("requireConditions", "store", store, required(withMethods("a store", "put", "delete")));
  checkOptions("requireConditions", options, kinds);
  const { prefix = "edgewater-probe", signal } = options;
  if (store.keepsConditions) return;
  let probe = probed.get(store);
  if (probe === undefined) {
    probe = tryConditions(store, `${prefix}/${crypto.randomUUID()}`);
    probed.set(store, probe);
    // After any other error, the next call tests again.
    probe.catch((error: unknown) => isEdgewaterError(error, "NotSupported") || probed.delete(store));
  }
  // Other calls may wait for the same test, so an abort ends only this wait.
  await orAborted(probe, signal, { store: store.name });
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
    const message = `${store.name} ignores the condition ${mode}, so two writers could overwrite each other; use a store that checks conditions`;
    throw new EdgewaterError("NotSupported", message, { store: store.name });
  }
}
