import type { Definition } from "../asset/types.ts";
import { InputContext } from "../io-handler/contexts.ts";
import type { StoredValue } from "../io-handler/handler.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { LoadEnvironment } from "../run/run-environment.ts";
import type { StoredEvent } from "../storage/types.ts";

/** Stores keep times in seconds, and their clocks differ a little from ours. */
const toleranceMs = 1000;

/** What the store has for an asset or a partition; undefined when it has nothing, or the handler cannot inspect it. */
export async function storedValue(
  definition: Definition,
  key: PartitionKey | undefined,
  { defaultHandler, signal, log }: LoadEnvironment,
): Promise<StoredValue | undefined> {
  const { name, metadata, partitions, typeHint, ioHandler } = definition;
  const partition = key && partitions && new PartitionContext({ keys: [key], definition: partitions });
  const context = new InputContext({ assetName: name, assetMetadata: metadata, partition, typeHint, signal, log });
  return (ioHandler ?? defaultHandler).inspect?.(context);
}

/**
 * Whether a stored value is newer than the last materialization: there is none, or another run wrote another value later.
 * When the store does not keep the run, the store's clock decides.
 */
export function isUncommitted({ runId, dataVersion, lastModified }: StoredValue, recorded: StoredEvent | undefined): boolean {
  if (recorded === undefined) return true;
  if (runId === recorded.runId || (dataVersion !== undefined && dataVersion === recorded.dataVersion)) return false;
  if (lastModified === undefined) return false;
  const tolerance = runId === undefined ? toleranceMs : -toleranceMs;
  return lastModified.getTime() > recorded.timestamp + tolerance;
}
