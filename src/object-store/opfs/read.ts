import { isEdgewaterError, throwIfAborted } from "../../errors.ts";
import { decodeText, openedBytes } from "../body.ts";
import { type Call, explain, failed, notFound } from "../call.ts";
import { checkMatch, resolveRange } from "../conditions.ts";
import type { FullGetOptions, FullObjectMeta, GetResult, ObjectMeta } from "../types.ts";
import { classify, type Folder } from "./folder.ts";
import { currentFile, ifMissing, type ObjectLocation } from "./object-file.ts";
import { parseTrailer, readTrailer, type Trailer } from "./trailer.ts";

/** Bodies up to this size are read at once. */
const eagerBytes = 256 * 1024;

/** How often a reader looks for a file that is being replaced before it takes the lock. */
const maxAttempts = 3;

/** Locates an object. */
export type Find = () => ObjectLocation | Promise<ObjectLocation>;

/**
 * Reads from the file of an object. A file that is replaced or removed meanwhile can no longer be read: then the new file
 * is read, and after some attempts under the lock, so that no writer replaces it. An object counts as missing only if it
 * is missing under the lock.
 */
async function fromFile<Value>(find: Find, folder: Folder, key: string, read: (file: File) => Promise<Value>): Promise<Value> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    try {
      const file = await currentFile(await find());
      if (file === undefined) break;
      return await read(file);
    } catch (error) {
      if (isEdgewaterError(error)) throw error;
    }
  }
  return folder.locked("shared", async () => {
    const location = await Promise.resolve(find()).catch(ifMissing);
    const file = location && (await currentFile(location));
    if (file === undefined) throw notFound(folder.store, key);
    return read(file);
  });
}

/** Opens an object. It can be read to its end even if it is replaced meanwhile. */
export function open(folder: Folder, call: Call, options: FullGetOptions): Promise<GetResult<FullObjectMeta>> {
  return fromFile(
    () => folder.locate(call.key),
    folder,
    call.key,
    async (file) => {
      const all = file.size <= eagerBytes ? await bytesOf(file) : undefined;
      const meta = metaOf(file, all ? parseTrailer(all, file.size) : await readTrailer(file), call);
      checkMatch(options, meta.etag, call);
      const { start, end } = resolveRange(options.range, meta.size, call);
      if (all) return openedBytes(meta, all.slice(start, end));
      const part = file.slice(start, end);
      return part.size <= eagerBytes ? openedBytes(meta, await bytesOf(part)) : openLarge(meta, part, call);
    },
  );
}

/** Reads the metadata of an object. */
export function head(folder: Folder, call: Call): Promise<FullObjectMeta> {
  return fromFile(
    () => folder.locate(call.key),
    folder,
    call.key,
    async (file) => metaOf(file, await readTrailer(file), call),
  );
}

/** The metadata of an object as a list returns it. A damaged object has no etag. */
export function listed(find: Find, folder: Folder, key: string): Promise<ObjectMeta> {
  return fromFile(find, folder, key, async (file) => {
    const { size = file.size, etag } = (await readTrailer(file)) ?? {};
    return { key, size, etag, lastModified: new Date(file.lastModified) };
  });
}

/** Starts to read at once, because that keeps the file readable. */
async function openLarge(meta: FullObjectMeta, part: Blob, call: Call): Promise<GetResult<FullObjectMeta>> {
  const reader = (part.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  let next: Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> | undefined = Promise.resolve(await reader.read());
  let position = 0;
  const read = async (): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    try {
      throwIfAborted(call.signal);
      const { done, value } = await (next ?? reader.read());
      next = undefined;
      position += value?.byteLength ?? 0;
      if (done && position < part.size) throw new Error(`it ended after ${position} of ${part.size} bytes`);
      return done ? undefined : value;
    } catch (cause) {
      throw explain(call, cause, classify);
    }
  };
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    // Faster, if the file still exists.
    const whole = await bytesOf(part).catch(() => undefined);
    if (whole) {
      reader.cancel().catch(() => undefined);
      return whole;
    }
    const all = new Uint8Array(part.size);
    for (let at = 0, chunk = await read(); chunk; chunk = await read()) {
      all.set(chunk, at);
      at += chunk.byteLength;
    }
    return all;
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> => {
    const chunk = await read();
    chunk ? controller.enqueue(chunk) : controller.close();
  };
  const cancel = (reason: unknown): Promise<void> => reader.cancel(reason);
  return {
    meta,
    bytes,
    text: async () => decodeText(await bytes()),
    stream: () => new ReadableStream({ pull, cancel }, { highWaterMark: 0 }),
  };
}

function metaOf(file: File, trailer: Trailer | undefined, call: Call): FullObjectMeta & { readonly etag: string } {
  if (trailer === undefined) throw failed(call, "Integrity", "its file is damaged; write the object again");
  const { size, etag, attributes: { contentType, metadata = {} } = {} } = trailer;
  return { key: call.key, size, etag, lastModified: new Date(file.lastModified), contentType, metadata };
}

async function bytesOf(part: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await part.arrayBuffer());
}
