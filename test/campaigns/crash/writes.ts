/** The writes of a writer that is killed, and the check of what it left behind; the same in every runtime. */
import { type FullObjectStore, isEdgewaterError } from "edgewater";
import { bodyOf, type Found, isDelete, type Key, keys, type Left } from "./plan.ts";

/** Reads and lists the objects. */
export async function lookAt(store: FullObjectStore): Promise<Left> {
  const found = await Promise.all(keys.map((key) => find(store, key)));
  const listed: string[] = [];
  for await (const { key } of store.list()) listed.push(key);
  return { found, listed };
}

/** Writes one version after the other and reports each acknowledged one, until it is killed. */
export async function write(store: FullObjectStore, key: Key, first: number, acknowledge: (version: number) => unknown): Promise<never> {
  for (let version = first; ; version++) {
    if (isDelete(version)) await store.delete(key);
    else await put(store, key, version);
    await acknowledge(version);
  }
}

async function put(store: FullObjectStore, key: Key, version: number): Promise<void> {
  const bytes = bodyOf(key, version);
  const body = key.endsWith("streamed") ? new Blob([bytes]).stream() : bytes;
  const etag = await etagOf(store, key);
  const mode = version % 2 === 0 || etag === undefined ? "overwrite" : { ifMatch: etag };
  await store.put(key, body, { mode, metadata: { version: String(version) } });
}

async function find(store: FullObjectStore, key: Key): Promise<Found> {
  try {
    const object = await store.get(key);
    const version = Number(object.meta.metadata["version"]);
    const [body, expected] = [await object.bytes(), bodyOf(key, version)];
    const isWhole = body.byteLength === expected.byteLength && body.every((byte, index) => byte === expected[index]);
    return { key, version, ...(isWhole ? {} : { torn: `${body.byteLength} bytes of ${expected.byteLength}` }) };
  } catch (error) {
    return { key, version: 0, ...(isEdgewaterError(error, "NotFound") ? {} : { torn: String(error) }) };
  }
}

async function etagOf(store: FullObjectStore, key: Key): Promise<string | undefined> {
  try {
    return (await store.head(key)).etag;
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}
