import type { Operations } from "../../operations-in-flight.ts";
import type { Graph } from "../../run/graph.ts";
import { type BackfillRecord, readBackfills } from "../../storage/backfill-record.ts";
import type { Storage } from "../../storage/types.ts";
import type { Backfill } from "./types.ts";

/** The backfills of a Storage, wherever they are driven: `repository.backfills`. */
export interface Backfills {
  /** Returns the records of all backfills, the newest first. */
  readonly list: () => Promise<readonly BackfillRecord[]>;
  /**
   * Returns a backfill: its status, what it has made, its runs, and what has failed and why.
   *
   * @throws `NotFound` for an unknown backfill
   *
   * @example
   * ```ts
   * const { status, counts, failures } = await repository.backfills.get(backfillId);
   * ```
   */
  readonly get: (backfillId: string) => Promise<Backfill>;
  /**
   * Cancels a backfill, wherever it is driven: no run of it begins any more, and those that are being made are canceled. What it
   * has made stays; `repository.backfill({ resume: backfillId })` goes on with it.
   *
   * @throws `NotFound` for an unknown backfill, `PreconditionFailed` for one that has ended
   */
  readonly cancel: (backfillId: string) => Promise<void>;
}

/** The backfills of a repository. What backfills need beside their records is loaded when it is called for. */
export function backfillsOf(storage: Storage, graph: Graph, operations: Operations): Backfills {
  return {
    list: () => operations.run(() => readBackfills(storage)),
    get: (backfillId) =>
      operations.run(async () => {
        const { describeBackfill } = await import("../later.ts");
        return describeBackfill(storage, graph, backfillId);
      }),
    cancel: (backfillId) =>
      operations.run(async () => {
        const { cancelBackfill } = await import("../later.ts");
        return cancelBackfill(backfillId, storage);
      }),
  };
}
