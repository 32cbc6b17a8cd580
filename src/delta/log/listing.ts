import { logFolder, type TableLocation } from "../store.ts";
import { digitsOf, type LogFileName, readLogFileName } from "./file-names.ts";
import { readLastCheckpoint } from "./last-checkpoint.ts";

/** A file of a log as the list of the store has it. */
export type LogFile = LogFileName & {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly lastModified: Date | undefined;
};

/** As many entries as stores list in one request. */
const pageSize = 1000;

/**
 * Lists the files of a log from the newest checkpoint on, or from an older version. The hint and the first page of the list are
 * read at the same time: a log that fits into the page needs no further request.
 *
 * @param upTo the version that is asked for; default: the newest
 */
export async function listFromCheckpoint(
  table: TableLocation,
  upTo: number | undefined,
  signal?: AbortSignal,
): Promise<readonly LogFile[]> {
  const hint = readLastCheckpoint(table, signal);
  // A failure is thrown where the hint is awaited, if at all.
  hint.catch(() => {});
  const page = await take(listLog(table, { upTo, signal }), pageSize);
  if (page.isAll) return page.files;
  const version = (await hint)?.version;
  if (version !== undefined && (upTo === undefined || version <= upTo)) {
    const files = await listed(table, { from: version, upTo, signal });
    if (newestCheckpoint(files) !== undefined) return files;
  }
  return listed(table, { upTo, signal });
}

/** What to list of a log. */
export interface ListRange {
  /** The first version. Default: 0. */
  readonly from?: number | undefined;
  /** The last version. Default: the newest. */
  readonly upTo?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Lists the files of a log by their versions, in the order of their names. */
async function* listLog({ store, root }: TableLocation, range: ListRange): AsyncGenerator<LogFile> {
  const { from, upTo = Number.POSITIVE_INFINITY, signal } = range;
  const folder = `${logFolder(root)}/`;
  // The names of a version sort after its digits, and other files of the folder after the last version.
  const startAfter = from === undefined ? undefined : `${folder}${digitsOf(from)}`;
  for await (const { key, size, lastModified } of store.list(folder, { startAfter, signal })) {
    const name = key.slice(folder.length);
    if (name > ":") return;
    const file = readLogFileName(name);
    if (file === undefined) continue;
    if (file.version > upTo) return;
    yield { ...file, key, size, lastModified };
  }
}

/** Lists the files of a log into an array. */
export async function listed(table: TableLocation, range: ListRange): Promise<readonly LogFile[]> {
  return (await take(listLog(table, range), Number.POSITIVE_INFINITY)).files;
}

/** A checkpoint that has all its files. */
export interface CheckpointFiles {
  readonly version: number;
  readonly files: readonly LogFile[];
}

/** The checkpoints that have all their files, oldest first. Files of the list are in the order of their names. */
export function completeCheckpoints(files: readonly LogFile[]): CheckpointFiles[] {
  const complete: CheckpointFiles[] = [];
  const parts = new Map<string, LogFile[]>();
  for (const file of files) {
    const { version } = file;
    if (file.kind === "classic" || file.kind === "v2") complete.push({ version, files: [file] });
    if (file.kind !== "part") continue;
    const key = `${version}/${file.parts}`;
    const found = parts.get(key) ?? [];
    parts.set(key, found);
    found.push(file);
    if (file.part === found.length && found.length === file.parts) complete.push({ version, files: found });
  }
  return complete;
}

/** The newest checkpoint up to a version. */
export function newestCheckpoint(files: readonly LogFile[], upTo: number = Number.POSITIVE_INFINITY): CheckpointFiles | undefined {
  return completeCheckpoints(files).findLast(({ version }) => version <= upTo);
}

async function take(files: AsyncIterable<LogFile>, most: number): Promise<{ readonly files: readonly LogFile[]; readonly isAll: boolean }> {
  const taken: LogFile[] = [];
  for await (const file of files) {
    taken.push(file);
    if (taken.length >= most) return { files: taken, isAll: false };
  }
  return { files: taken, isAll: true };
}
