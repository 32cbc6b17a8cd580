/** Exceeds the quota of an origin with several kinds of writes, and reports what each one left behind. */
import { type FullObjectStore, isEdgewaterError, originStorage } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";

export const kinds = ["IndexedDBStore", "OPFSStore", "OPFSStore in a worker"] as const;
export type Kind = (typeof kinds)[number];

/** More than the quota of the test. */
export const largeBytes: number = 32 * 1024 * 1024;

/** How one write was refused. */
export interface Refusal {
  readonly write: string;
  readonly code: string;
  readonly key: string | undefined;
  readonly message: string;
  readonly needed: number;
  readonly free: number;
  readonly isOldIntact: boolean;
}

export interface Outcome {
  readonly refusals: readonly Refusal[];
  /** The outcomes of small writes that were issued together with one that did not fit. */
  readonly concurrent: readonly string[];
  readonly listed: readonly string[];
  /** Bytes of the origin after all refused writes. */
  readonly usage: number;
  readonly quota: number;
}

export async function fill(kind: Kind): Promise<Outcome> {
  const name = crypto.randomUUID();
  const store = kind.startsWith("OPFS") ? new OPFSStore(name) : new IndexedDBStore(name);
  const old = new Uint8Array(1_000_000).fill(7);
  const { etag = "" } = await store.put("old", old, { metadata: { is: "old" } });
  const large = (): Uint8Array<ArrayBuffer> => {
    // Random bytes, because bytes that compress well might fit.
    const bytes = new Uint8Array(largeBytes);
    for (let at = 0; at < bytes.byteLength; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    return bytes;
  };
  const writes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["bytes", () => store.put("old", large())],
    ["bytes under a condition", () => store.put("old", large(), { mode: { ifMatch: etag } })],
    ["a Blob", () => store.put("old", new Blob([large()]))],
    ["a stream", () => store.put("old", new Blob([large()]).stream())],
  ];
  const refusals: Refusal[] = [];
  for (const [write, run] of writes) refusals.push({ write, ...(await refusalOf(run)), isOldIntact: await isIntact(store, etag, old) });
  const outcomes = await Promise.allSettled([store.put("small/1", "x"), store.put("large", large()), store.put("small/2", "x")]);
  const listed: string[] = [];
  for await (const { key } of store.list()) listed.push(key);
  const { usage = Number.NaN, quota = Number.NaN } = await originStorage();
  const codes = outcomes.map((each) => (each.status === "fulfilled" ? "done" : isEdgewaterError(each.reason) ? each.reason.code : "?"));
  await store.delete(listed);
  return { refusals, concurrent: codes, listed, usage, quota };
}

async function refusalOf(write: () => Promise<unknown>): Promise<Omit<Refusal, "write" | "isOldIntact">> {
  try {
    await write();
    return { code: "written", key: "", message: "", needed: 0, free: 0 };
  } catch (error) {
    if (!isEdgewaterError(error)) throw error;
    const { code, key, message, quota: { needed = Number.NaN, free = Number.NaN } = {} } = error;
    return { code, key, message, needed, free };
  }
}

async function isIntact(store: FullObjectStore, etag: string, old: Uint8Array): Promise<boolean> {
  const object = await store.get("old");
  const bytes = await object.bytes();
  const isSame = bytes.byteLength === old.byteLength && bytes.every((byte, index) => byte === old[index]);
  return isSame && object.meta.etag === etag && object.meta.metadata["is"] === "old";
}
