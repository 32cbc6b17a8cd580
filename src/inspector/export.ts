import { toBase64 } from "../encoding/base64.ts";
import { isEdgewaterError, throwIfAborted } from "../errors.ts";
import type { StoredIn } from "../io-handler/stored-in.ts";
import { storeOf } from "../io-handler/stored-in.ts";
import type { FullObjectMeta, GetResult } from "../object-store/types.ts";
import { handlerOf } from "../run/look.ts";
import type { LatestRecord, StoredEvent } from "../storage/types.ts";
import { bytesPerLine, type FileLine, fileVersion, type ObjectLine, streamOf } from "./file-format.ts";
import { type NodeRecords, readRecords } from "./records.ts";
import type { Subject } from "./subject.ts";

/** How many versions of an asset are exported. */
const mostVersions = 100_000;

/** The records, or records and values, as lines of JSON. Values are those that the records name and that stores have. */
export function exportFile(subject: Subject, what: "records" | "all", signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  return streamOf(what === "records" ? recordLines(subject, signal) : allLines(subject, signal));
}

async function* recordLines({ storage }: Subject, signal: AbortSignal | undefined): AsyncGenerator<string, void, void> {
  yield* storage.export(signal && { signal });
}

async function* allLines(subject: Subject, signal: AbortSignal | undefined): AsyncGenerator<string, void, void> {
  const count = { lines: 0, values: 0, bytes: 0 };
  const line = (content: FileLine): string => {
    throwIfAborted(signal);
    count.lines++;
    return `${JSON.stringify(content)}\n`;
  };
  yield line({ edgewater: "inspection", version: fileVersion });
  for await (const { stored, object } of objectsOf(subject)) {
    const opened = await openOrNothing(stored, object.key, signal);
    if (opened === undefined) continue;
    const { contentType, metadata, size } = opened.meta as FullObjectMeta;
    const attributes = { ...(contentType !== undefined && { contentType }), ...(metadata !== undefined && { metadata }) };
    yield line({ value: { ...object, size, ...attributes } });
    let read = 0;
    for await (const chunk of chunksOf(opened.stream())) {
      read += chunk.length;
      yield line({ bytes: toBase64(chunk) });
    }
    count.values++;
    count.bytes += read;
  }
  for await (const record of subject.storage.export(signal && { signal })) {
    throwIfAborted(signal);
    count.lines++;
    yield record;
  }
  yield `${JSON.stringify({ end: count })}\n`;
}

/** The objects that records name: the newest value of each place, and with history every version that is recorded. */
async function* objectsOf(
  subject: Subject,
): AsyncGenerator<{ readonly stored: StoredIn; readonly object: Omit<ObjectLine, "size"> }, void, void> {
  const { nodes } = await readRecords(subject);
  for (const records of nodes) {
    const { definition } = records.node;
    const stored = storeOf(handlerOf({ definition, key: undefined }, subject.context));
    if (stored === undefined || definition.kind === "external") continue;
    const seen = new Set<string>();
    for (const { partition, key } of await keysOf(subject, records, stored)) {
      if (seen.has(key)) continue;
      seen.add(key);
      const isVersion = stored.keys.history !== undefined && key.includes("/versions/");
      const object = {
        asset: definition.name,
        ...(partition !== undefined && { partition }),
        key,
        ...(isVersion && { isVersion: true as const }),
      };
      yield { stored, object };
    }
  }
}

interface KeyOf {
  readonly partition: string | undefined;
  readonly key: string;
}

async function keysOf({ storage }: Subject, { node, latest, partitions }: NodeRecords, { keys }: StoredIn): Promise<readonly KeyOf[]> {
  const { name } = node.definition;
  if (keys.history !== undefined) {
    const events = (await storage.getEventsForAsset(name, { types: ["Materialization"], limit: mostVersions })) as readonly StoredEvent[];
    return events.flatMap(({ stored, partitionKey }) =>
      stored?.path === undefined ? [] : [{ key: stored.path, partition: partitionKey && String(partitionKey) }],
    );
  }
  const places: readonly (LatestRecord | undefined)[] = node.definition.partitions === undefined ? [latest] : [...partitions.values()];
  return places.flatMap((record) => {
    const path = record?.lastStored?.path;
    if (path === undefined || record?.lastFound === "Missing") return [];
    return [{ key: path, partition: record?.partitionKey && String(record.partitionKey) }];
  });
}

/** Opens an object; undefined for one that is gone. */
async function openOrNothing({ store }: StoredIn, key: string, signal: AbortSignal | undefined): Promise<GetResult | undefined> {
  try {
    return await store.get(key, { signal });
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** A stream in chunks of the same size, but for the last one. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  let chunk = new Uint8Array(bytesPerLine);
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      for (let from = 0; from < next.value.length; ) {
        const part = next.value.subarray(from, from + bytesPerLine - length);
        chunk.set(part, length);
        length += part.length;
        from += part.length;
        if (length < bytesPerLine) continue;
        yield chunk;
        [chunk, length] = [new Uint8Array(bytesPerLine), 0];
      }
    }
    if (length > 0) yield chunk.subarray(0, length);
  } finally {
    await reader.cancel().catch(() => {});
  }
}
