import { MetadataValue } from "../../metadata/metadata-value.ts";
import { PartitionKey } from "../../partition/partition-key.ts";
import { undeclared } from "../../storage/query/catalogue.ts";
import type { AssetDefinition, NewEvent, RunRecord, Storage, StoredEvent } from "../../storage/types.ts";
import { type Rejects, rejectsOr } from "../rejects.ts";

/** One obligation of a Storage, and its check. */
export interface StorageCase {
  /** The obligation, as the name of a test. */
  readonly name: string;
  /** Checks an empty Storage, which the case may close. Rejects when the obligation is not met. */
  readonly run: (storage: Storage) => Promise<void>;
}

/** One obligation of a Storage that several tabs, processes, Workers or machines have open, and its check. */
export interface SharedStorageCase {
  /** The obligation, as the name of a test. */
  readonly name: string;
  /** Checks a Storage that `open` opens several times: the same one within a case, a new one for each case. Closes what it opens. */
  readonly run: (open: () => Promise<Storage>) => Promise<void>;
}

const start = Date.UTC(2026, 0, 1);

/** A new materialization. */
export function made(
  assetKey: string,
  fields: Partial<Omit<StoredEvent, "id" | "assetKey" | "partitionKey">> & { partition?: string | PartitionKey } = {},
): NewEvent {
  const { partition, ...rest } = fields;
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

/** A new event of a failed step. */
export function failed(assetKey: string, runId = "run"): NewEvent {
  const { dataVersion: _, ...rest } = made(assetKey, { runId }) as StoredEvent;
  return { ...rest, eventType: "StepFailure", dataVersion: undefined, metadata: { error: MetadataValue.text("it rained") } };
}

/** A run that has ended. */
export function runOf(runId: string, fields: Partial<RunRecord> = {}): RunRecord {
  return { runId, status: "Success", nodeNames: ["a"], tags: {}, startTime: start, endTime: start + 1, ...fields };
}

/** The definition of an asset. */
export function definition(assetKey: string, fields: Partial<AssetDefinition> = {}): AssetDefinition {
  return { ...undeclared(assetKey), ...fields };
}

/** Bytes with these values. */
export function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** Compares by content: in any order of keys, and without fields that are undefined. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [canonical(actual), canonical(expected)];
  if (one !== other) throw broken(`${what}: expected ${shorten(other)}, got ${shorten(one)}`);
}

/** Checks that a call fails with a code, and returns the error. */
export const rejects: Rejects = /* @__PURE__ */ rejectsOr(broken);

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
  return new Error(`The Storage does not meet an obligation: ${message}`, { cause });
}
