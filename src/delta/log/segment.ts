import { EdgewaterError } from "../../errors.ts";
import { logFolder, type TableLocation } from "../store.ts";
import { damaged } from "./damage.ts";
import { type CheckpointFiles, type LogFile, newestCheckpoint } from "./listing.ts";

/** The files of a log that make a version: a checkpoint, and every commit after it, alone or in a compacted log. */
export interface LogSegment {
  readonly version: number;
  readonly checkpoint: CheckpointFiles | undefined;
  /** Commits and compacted logs, in the order of their versions. */
  readonly commits: readonly LogFile[];
}

/**
 * Chooses the files that make a version.
 *
 * @param version the version; default: the newest
 * @throws `NotFound` if there is no table or no such version; `Integrity` if a commit is missing
 */
export function chooseSegment(table: TableLocation, files: readonly LogFile[], version?: number): LogSegment {
  const checkpoint = newestCheckpoint(files, version);
  const first = checkpoint === undefined ? 0 : checkpoint.version + 1;
  const commits = chooseCommits(table, files, first, version);
  const last = commits.at(-1);
  const reached = last === undefined ? checkpoint?.version : endOf(last);
  if (reached === undefined) throw noVersion(table, files, version);
  if (version !== undefined && reached < version) throw missingVersion(table, version, `its newest version is ${reached}`);
  return { version: reached, checkpoint, commits };
}

/**
 * Chooses commits from a version on, without a gap. A compacted log stands for its commits.
 *
 * @throws `Integrity` if a commit is missing
 */
export function chooseCommits(
  table: TableLocation,
  files: readonly LogFile[],
  from: number,
  upTo: number = Number.POSITIVE_INFINITY,
): LogFile[] {
  const compacted = new Map<number, LogFile>();
  for (const file of files) {
    const longest = compacted.get(file.version);
    if (file.kind === "compacted" && file.end <= upTo && (longest === undefined || endOf(longest) < file.end)) {
      compacted.set(file.version, file);
    }
  }
  const chosen: LogFile[] = [];
  let next = from;
  for (const file of files) {
    if (file.kind !== "commit" || file.version < next || file.version > upTo) continue;
    // A compacted log may stand where its commits were deleted.
    for (let over = compacted.get(next); over !== undefined && next < file.version; over = compacted.get(next)) next = push(chosen, over);
    if (file.version < next) continue;
    if (file.version > next) {
      // Without a checkpoint the first commits may have been deleted: that is another error.
      if (chosen.length === 0 && newestCheckpoint(files) === undefined && from === 0) return [];
      throw damaged(table, file.key, `the commit of version ${next} before it is missing`);
    }
    next = push(chosen, compacted.get(next) ?? file);
  }
  for (let over = compacted.get(next); over !== undefined; over = compacted.get(next)) next = push(chosen, over);
  return chosen;
}

function push(chosen: LogFile[], file: LogFile): number {
  chosen.push(file);
  return endOf(file) + 1;
}

function endOf(file: LogFile): number {
  return file.kind === "compacted" ? file.end : file.version;
}

function noVersion(table: TableLocation, files: readonly LogFile[], version: number | undefined): EdgewaterError {
  const { store, root } = table;
  const first = files.find((file) => file.kind === "commit");
  if (first !== undefined) {
    const problem = `the log begins with version ${first.version}, and has no checkpoint before it`;
    return version === undefined ? damaged(table, first.key, problem) : missingVersion(table, version, problem);
  }
  const where = `${JSON.stringify(`${logFolder(root)}/`)} in ${store.name}`;
  const message = `There is no Delta table at ${JSON.stringify(root)} in ${store.name}: ${where} has no commits; check the path`;
  return new EdgewaterError("NotFound", message, { store: store.name, key: logFolder(root) });
}

/** The error for a version that a table does not have. */
function missingVersion({ store, root }: TableLocation, version: number, problem: string): EdgewaterError<"NotFound"> {
  const message = `There is no version ${version} of the table ${JSON.stringify(root)} in ${store.name}: ${problem}`;
  return new EdgewaterError("NotFound", message, { store: store.name, key: logFolder(root) });
}
