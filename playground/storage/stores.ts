/** The stores of the values. */
import { EdgewaterError, type FullObjectStore, isEdgewaterError } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { name, type Place } from "./place.ts";

/** The store of the values of a place. What only some visitors need is loaded when they do. */
export async function openStore(place: Place): Promise<FullObjectStore> {
  if (place.kind === "indexeddb") return new IndexedDBStore(name);
  if (place.kind === "opfs") {
    const { OPFSStore } = await import("edgewater/opfs");
    return new OPFSStore(name);
  }
  const { openBucket } = await import("./bucket.ts");
  return openBucket(place);
}

/**
 * Looks whether a place can be reached.
 *
 * @throws what its store throws; `Unavailable` says what a browser does not tell: that the rules of the bucket may refuse this page
 */
export async function checkPlace(place: Place, signal?: AbortSignal): Promise<void> {
  const store = await openStore(place);
  try {
    for await (const _ of store.list("earthquakes", { limit: 1, ...(signal && { signal }) })) break;
  } catch (cause) {
    if (place.kind !== "s3" || !isEdgewaterError(cause, "Unavailable")) throw cause;
    const message = `Cannot reach the bucket ${place.bucket} from this page: its address is wrong, it does not answer, or its CORS rules do not allow ${location.origin}. A browser does not tell which; allow the origin with the rules below and try again`;
    throw new EdgewaterError("Unavailable", message, { store: store.name, cause });
  }
}
