import type { Definition } from "../../asset/types.ts";
import { isEdgewaterError } from "../../errors.ts";
import { MetadataValue } from "../../metadata/metadata-value.ts";
import type { PartitionKey } from "../../partition/partition-key.ts";
import { pointHead } from "../../run/head.ts";
import { goneVersion } from "../../run/load-inputs.ts";
import { isStillLatest, latestOf, type Output, storedValue } from "../../run/look.ts";
import { conflict, maxConflicts } from "../../run/write-output.ts";
import { runEvent } from "../../storage/events.ts";
import type { Batch, LatestRecord, RunRecord, StoredEvent } from "../../storage/types.ts";
import type { RepositoryContext } from "../context.ts";
import { oneKey } from "../keys.ts";
import { findVersion, requireHistory, type VersionName } from "./find-version.ts";

/** Options of `repository.rollback`. */
export interface RollbackOptions {
  /** The version: its data version, the id of the run or the event that recorded it, or a time. */
  readonly to: VersionName;
  /** The partition; required for an asset with partitions. */
  readonly partitionKey?: string | PartitionKey;
  /** Aborts the call. */
  readonly signal?: AbortSignal;
}

/**
 * Makes an earlier version the newest one with one commit: a materialization with the version, the inputs and the object of the
 * earlier one, in a run of its own. Returns its event; that of the version itself when it is the newest already.
 *
 * @throws `NotSupported` without history, `NotFound` for a version that is not kept, `Integrity` for one whose object is gone,
 *   `Conflict` when other runs record the output all the time
 */
export async function rollback(context: RepositoryContext, definition: Definition, options: RollbackOptions): Promise<StoredEvent> {
  const key = oneKey(definition, options.partitionKey, await context.loadingContext());
  const [output, version] = [{ definition, key }, options.to];
  const environment = context.environment(options);
  requireHistory(output, "roll back", environment);
  const { storage } = environment;
  const { name } = output.definition;
  const runId = crypto.randomUUID();
  for (let conflicts = 0; ; conflicts++) {
    const latest = await latestOf(output, environment);
    const event = await findVersion(output, version, "roll back", environment);
    if ((await storedValue(output, event, environment)) === undefined) throw goneVersion(output, event);
    if (event.id === latest?.lastMaterializationId) return event;
    try {
      const events = await storage.commit(batchOf(output, event, latest, runId));
      return await pointed(events.find(({ eventType }) => eventType === "Materialization") as StoredEvent);
    } catch (error) {
      // The answer of a commit may be lost.
      const [recorded] = await storage.getEventsForAsset(name, { runId, limit: 1 });
      if (recorded !== undefined) return pointed(recorded);
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
      if (conflicts === maxConflicts) throw conflict(name, name);
    }
  }

  async function pointed(event: StoredEvent): Promise<StoredEvent> {
    await pointHead(output, event, environment);
    return event;
  }
}

/** Records the version again, if it is still recorded and nothing else was recorded meanwhile. */
function batchOf(output: Output, event: StoredEvent, latest: LatestRecord | undefined, runId: string): Batch {
  const { id, stored, fingerprint, inputEventIds, ...made } = event;
  const timestamp = Date.now();
  const run: RunRecord = {
    runId,
    status: "Started",
    kind: "write",
    attempt: 1,
    nodeNames: [output.definition.name],
    ...(output.key && { partitionKeys: [String(output.key)] }),
    tags: {},
    startTime: timestamp,
    endTime: undefined,
  };
  const ended: RunRecord = { ...run, status: "Success", endTime: timestamp };
  return {
    preconditions: [{ event: id }, isStillLatest(output, latest)],
    runs: [ended],
    events: [
      runEvent("RunStart", run),
      {
        ...made,
        runId,
        timestamp,
        metadata: { ...event.metadata, rollbackOf: MetadataValue.int(id) },
        ...(stored && { stored }),
        ...(fingerprint !== undefined && { fingerprint }),
        ...(inputEventIds && { inputEventIds }),
      },
      runEvent("RunEnd", ended),
    ],
  };
}
