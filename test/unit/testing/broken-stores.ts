/** Stores with one defect each, which the conformance suite must find. */
import { type FullObjectStore, type FullPutOptions, isEdgewaterError, MemoryStore, type StreamBody } from "edgewater";

type Broken = (sound: MemoryStore) => Partial<FullObjectStore>;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

async function bytesOf(body: StreamBody): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(body).arrayBuffer());
}

/** The defect, and a case of the suite that must find it. */
export const brokenStores: readonly (readonly [defect: string, foundBy: string, broken: Broken])[] = [
  [
    "drops the second page of a list",
    "lists every page",
    (sound) => ({
      list: async function* (prefix?: string, options?: object) {
        let count = 0;
        for await (const entry of sound.list(prefix, options)) if (count++ < 40) yield entry;
      },
    }),
  ],
  [
    "ignores ifMatch",
    "replaces an object only if it has the etag",
    (sound) => ({
      put: (key, body, options) =>
        sound.put(key, body, { ...options, mode: typeof options?.mode === "object" ? "overwrite" : options?.mode }),
    }),
  ],
  [
    "writes an object in two steps",
    "returns the old object or the new one while it is replaced, never a part and never none",
    (sound) => ({
      put: async (key, body, options) => {
        const isPlain = typeof body === "string" && (options?.mode ?? "overwrite") === "overwrite";
        if (isPlain && body.length > 1000) {
          await sound.put(key, body.slice(0, body.length / 2), options);
          await pause();
        }
        return sound.put(key, body, options);
      },
    }),
  ],
  [
    "treats the end of a range as inclusive",
    "reads a range of bytes, up to the end of the object at most",
    (sound) => ({
      get: (key, { range, ...options } = {}) => {
        const end = range?.end === undefined ? undefined : range.end + 1;
        return sound.get(key, range ? { ...options, range: { start: range.start, end } } : options);
      },
    }),
  ],
  [
    "does not escape keys",
    "keeps keys with special characters apart",
    (sound) => {
      const bare = (key: string): string => key.replace(/%2[0F]/g, (code) => (code === "%20" ? " " : "_"));
      return {
        put: (key, body, options) => sound.put(bare(key), body, options),
        get: (key, options) => sound.get(bare(key), options),
      };
    },
  ],
  [
    "returns an old version for some time",
    "never returns an older version after a newer one was read or acknowledged",
    (sound) => {
      const seen = new Map<string, { readonly until: number; readonly object: ReturnType<MemoryStore["get"]> }>();
      return {
        get: (key, options) => {
          const old = seen.get(key);
          if (key === "conformance/clock" && old && Date.now() < old.until) return old.object;
          const object = sound.get(key, options);
          seen.set(key, { object, until: Date.now() + 20 });
          return object;
        },
      };
    },
  ],
  [
    "loses the metadata when it copies",
    "copies the attributes of the source, and replaces those of the target",
    (sound) => ({
      copy: async (from, to, options) => sound.put(to, await (await sound.get(from, options?.signal ? options : {})).bytes(), options),
    }),
  ],
  [
    "ignores the error of a stream and writes the bytes before it",
    "keeps the old object when a stream fails, and reports its error as the cause",
    (sound) => ({
      put: async (key: string, body: StreamBody, options?: FullPutOptions) => {
        if (!(body instanceof ReadableStream)) return sound.put(key, body, options);
        const chunks: Uint8Array<ArrayBuffer>[] = [];
        try {
          for await (const chunk of body) chunks.push(chunk.slice());
        } catch {}
        return sound.put(key, new Blob(chunks), options);
      },
    }),
  ],
  [
    "lets every concurrent create succeed",
    "lets exactly one of 20 concurrent creates succeed",
    (sound) => ({
      put: async (key, body, options) => {
        const exists = await sound.head(key).catch(() => undefined);
        await pause();
        return sound.put(key, body, options?.mode === "create" && !exists ? { ...options, mode: "overwrite" } : options);
      },
    }),
  ],
  [
    "ignores startAfter",
    "lists at most `limit` entries, and every key once when it is read page by page",
    (sound) => ({ list: (prefix?: string, options?: object) => sound.list(prefix, { ...options, startAfter: undefined }) }),
  ],
  [
    "matches a prefix as text",
    "matches a prefix by whole segments",
    (sound) => ({
      list: async function* (prefix = "") {
        for await (const meta of sound.list()) if (meta.key.startsWith(prefix)) yield meta;
      },
    }),
  ],
  [
    "throws errors that are not EdgewaterErrors",
    "fails with NotFound for a missing object, and names store and key",
    (sound) => ({
      get: async (key, options) => {
        try {
          return await sound.get(key, options);
        } catch (error) {
          throw isEdgewaterError(error, "NotFound") ? new Error("404") : error;
        }
      },
    }),
  ],
  [
    "returns the same etag for every write",
    "replaces a whole object, with a new etag if the store has etags",
    (sound) => ({
      put: async (key, body, options) => {
        const { etag } = await sound.put(key, await bytesOf(body), options);
        return { etag: etag && '"1"' };
      },
    }),
  ],
];

/** A correct store with some members replaced. */
export function broken(make: Broken): FullObjectStore {
  const sound = new MemoryStore();
  const { name } = sound;
  return {
    name,
    put: (...args) => sound.put(...args),
    get: (...args) => sound.get(...args),
    head: (...args) => sound.head(...args),
    delete: (...args) => sound.delete(...args),
    list: sound.list.bind(sound),
    copy: (...args) => sound.copy(...args),
    ...make(sound),
  };
}
