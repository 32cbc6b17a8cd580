import {
  aBoolean,
  anArray,
  aSignal,
  aString,
  checkOptions,
  either,
  type OptionKind,
  type OptionKinds,
  oneOf,
  required,
  wholeNumber,
} from "../options.ts";
import { isPartitionKey } from "../partition/partition-key.ts";
import type { ConnectOptions, EmbeddedOptions } from "./backend.ts";
import type { ImportOptions, PruneOptions, RunsOptions, StalenessOptions, SubscribeOptions, TypedEventsOptions } from "./types.ts";

/** The options of a Storage and its methods. */
const count = wholeNumber(0);
const aTime: OptionKind = {
  expected: "a number of milliseconds",
  accepts: (value) => typeof value === "number" && Math.abs(value) <= 8.64e15,
};
const aKey: OptionKind = { expected: "a partition key", accepts: (value) => typeof value === "string" || isPartitionKey(value) };

const events: OptionKinds<TypedEventsOptions> = {
  limit: count,
  partition: aKey,
  runId: aString,
  after: count,
  before: count,
  types: either(anArray, oneOf("all")),
};
const getRuns: OptionKinds<RunsOptions> = { limit: count, status: oneOf("Started", "Interrupted", "Success", "Failure", "Canceled") };
const subscribe: OptionKinds<SubscribeOptions> = { after: count, intervalMs: aTime, signal: aSignal };
const computeStaleness: OptionKinds<StalenessOptions> = { assets: anArray, partitions: aBoolean };
const exportKinds: OptionKinds<{ readonly signal?: AbortSignal }> = { signal: aSignal };
const importKinds: OptionKinds<ImportOptions> = { merge: aBoolean, signal: aSignal };
const prune: OptionKinds<PruneOptions> = { before: required(aTime), keep: count, dryRun: aBoolean, signal: aSignal };
const connect: OptionKinds<ConnectOptions> = { readOnly: aBoolean };
const embedded: OptionKinds<EmbeddedOptions> = { ...connect, fsync: aBoolean, lockTimeoutMs: aTime };
const named: OptionKinds<{ readonly name?: string }> = { name: aString };

type Owner =
  | `storage.${"getEventsForAsset" | "getEventsForRun" | "getRuns" | "subscribe" | "computeStaleness" | "export" | "import" | "prune"}`
  | "Storage.connect"
  | "Storage.embedded"
  | "sqlite"
  | "d1"
  | "durableObject";

const kinds: Readonly<Record<Owner, OptionKinds<object>>> = {
  "storage.getEventsForAsset": events,
  "storage.getEventsForRun": events,
  "storage.getRuns": getRuns,
  "storage.subscribe": subscribe,
  "storage.computeStaleness": computeStaleness,
  "storage.export": exportKinds,
  "storage.import": importKinds,
  "storage.prune": prune,
  "Storage.connect": connect,
  "Storage.embedded": embedded,
  sqlite: embedded,
  d1: named,
  durableObject: named,
};

/**
 * Checks the options of a Storage, one of its methods or a back end.
 *
 * @throws `SettingsError` for an unknown option, a value of a wrong type, and a required option that is missing
 */
export function checkStorageOptions(owner: Owner, options: unknown): void {
  checkOptions(owner, options, kinds[owner]);
}
