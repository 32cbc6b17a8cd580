import type { NewEvent, StoredEvent } from "./events.ts";
import { eventFrom, eventJson } from "./record-json.ts";

/**
 * What a run is going to write: the complete event that will be recorded, kept in the key-value store before the write. Any
 * process that finds the written value can record it for a run that was killed.
 */
export interface Intent {
  /** The materialization as far as it is known before the write: without the version of a stream, and without the etag. */
  readonly event: Omit<StoredEvent, "id" | "dataVersion"> & { readonly dataVersion: string | undefined };
  /** The id of the last materialization when the write was announced. */
  readonly base: number | undefined;
}

const prefix = "edgewater/intent/";

/** The key of the intent of a write. */
export function intentKey(writeId: string): string {
  return prefix + writeId;
}

/** The prefix of the keys of all intents of a run, or of every run. */
export function intentPrefix(runId?: string): string {
  return runId === undefined ? prefix : `${prefix}${runId}/`;
}

/** The id of the write that an intent with this key announces. */
export function writeIdOf(key: string): string {
  return key.slice(prefix.length);
}

/** An intent as the bytes of its value. */
export function encodeIntent({ event, base }: Intent): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ event: eventJson(event as NewEvent), base }));
}

/**
 * The intent that {@link encodeIntent} wrote; undefined for any other bytes. Such a key announces nothing, and must not stop a
 * load, a resumed run or a prune.
 */
export function decodeIntent(bytes: Uint8Array): Intent | undefined {
  try {
    const { event, base } = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly event: Record<string, unknown>;
      readonly base?: number;
    };
    const { assetKey, runId, timestamp } = event;
    if (event["eventType"] !== "Materialization" || typeof assetKey !== "string" || typeof runId !== "string") return undefined;
    return typeof timestamp === "number" ? { event: eventFrom(event) as unknown as Intent["event"], base } : undefined;
  } catch {
    return undefined;
  }
}
