import { logKey, type TableLocation } from "../store.ts";
import { readLogFile } from "./commit.ts";

/** The name of the file that says where the newest checkpoint is. */
export const lastCheckpointName = "_last_checkpoint";

/** What the file says that is of use here. */
export interface LastCheckpoint {
  readonly version: number;
}

/**
 * Reads the version of the newest checkpoint. It is only a hint: it may be missing, damaged or old, and the list of the log decides.
 */
export async function readLastCheckpoint(table: TableLocation, signal?: AbortSignal): Promise<LastCheckpoint | undefined> {
  const bytes = await readLogFile(table, logKey(table.root, lastCheckpointName), signal);
  if (bytes === undefined) return undefined;
  try {
    const { version } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly version?: unknown };
    return Number.isSafeInteger(version) && (version as number) >= 0 ? { version: version as number } : undefined;
  } catch {
    return undefined;
  }
}
