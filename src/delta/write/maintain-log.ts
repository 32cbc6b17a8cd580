import { cleanUpLog } from "../log/clean-up.ts";
import { checkpointInterval } from "../log/properties.ts";
import { refreshSnapshot, type Snapshot } from "../log/snapshot.ts";
import { writeCheckpoint } from "../log/write-checkpoint.ts";
import type { TableLocation, TableStore } from "../store.ts";
import type { CommitStore } from "../transaction/create-commit.ts";

/** A commit that was made. */
export interface MadeCommit {
  readonly version: number;
  /** A version of the table before it. */
  readonly known: Snapshot | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a checkpoint after every so many commits as the table says (`delta.checkpointInterval`), and deletes the files of the log that have
 * expired then.
 */
export async function maintainLog(table: TableLocation<CommitStore>, { version, known, signal }: MadeCommit): Promise<void> {
  // Version 0 needs no checkpoint, and any later one was made from a version that is known.
  if (known === undefined || version % checkpointInterval(known.metadata) !== 0) return;
  try {
    const snapshot = await refreshSnapshot(known, signal);
    const writable = table as TableLocation<TableStore>;
    await writeCheckpoint(snapshot, writable, Date.now(), signal);
    await cleanUpLog(snapshot, writable, Date.now(), signal);
  } catch {
    // The commit is made, so the operation has succeeded. The next commits try again, and every log can be read without a checkpoint.
  }
}
