import { type EdgewaterError, type ErrorCode, isEdgewaterError } from "../../errors.ts";
import { MetadataValue } from "../../metadata/metadata-value.ts";
import { PartitionKey } from "../../partition/partition-key.ts";
import type { NewEvent, RunRecord, Storage, StoredEvent } from "../../storage/types.ts";

/** One promise of a Storage, and how to see that it is kept. */
export interface StorageCase {
  readonly name: string;
  /** Given a Storage without records, which the case closes or not. Rejects when the promise is broken. */
  readonly run: (storage: Storage) => Promise<void>;
}

/** One promise of several that have the same records open: tabs, processes, Workers, machines. */
export interface SharedStorageCase {
  readonly name: string;
  /** Given a way to open the same records, new ones for each case, as often as it likes. It closes what it opened. */
  readonly run: (open: () => Promise<Storage>) => Promise<void>;
}

const start = Date.UTC(2026, 0, 1);

/** A materialization of an asset. */
export function made(
  assetKey: string,
  said: Partial<Omit<StoredEvent, "id" | "assetKey" | "partitionKey">> & { partition?: string | PartitionKey } = {},
): NewEvent {
  const { partition, ...rest } = said;
  return {
    eventType: "Materialization",
    assetKey,
    partitionKey: typeof partition === "string" ? PartitionKey.parse(partition) : partition,
    runId: "run",
    timestamp: start,
    dataVersion: "v1",
    codeVersion: undefined,
    inputDataVersions: {},
    metadata: {},
    ...rest,
  };
}

/** A step that failed. */
export function failed(assetKey: string, runId = "run"): NewEvent {
  const { dataVersion: _, ...rest } = made(assetKey, { runId }) as StoredEvent;
  return { ...rest, eventType: "StepFailure", dataVersion: undefined, metadata: { error: MetadataValue.text("it rained") } };
}

/** A run. */
export function runOf(runId: string, said: Partial<RunRecord> = {}): RunRecord {
  return { runId, status: "Success", nodeNames: ["a"], tags: {}, startTime: start, endTime: start + 1, ...said };
}

export function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** Compares by content: keys in any order, and what is undefined as what is not there. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [canonical(actual), canonical(expected)];
  if (one !== other) throw broken(`${what}: expected ${shorten(other)}, got ${shorten(one)}`);
}

export async function rejects(call: () => Promise<unknown>, code: ErrorCode): Promise<EdgewaterError> {
  try {
    await call();
  } catch (error) {
    if (isEdgewaterError(error, code)) return error;
    throw broken(`expected ${code}, got ${String(error)}`, error);
  }
  throw broken(`expected ${code}, but the call succeeded`);
}

function canonical(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${[...value]}`;
  if (typeof value === "bigint" || typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if ("toJSON" in value && typeof value.toJSON === "function") return canonical(value.toJSON());
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${entries
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`)
    .join(",")}}`;
}

function shorten(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

function broken(message: string, cause?: unknown): Error {
  return new Error(`The Storage breaks a promise: ${message}`, { cause });
}
