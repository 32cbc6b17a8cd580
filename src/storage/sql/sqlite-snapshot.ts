import { EdgewaterError } from "../../errors.ts";

/** A copy of a database in a temporary folder. */
export interface Snapshot {
  /** The path of the copied file. */
  readonly file: string;
  /** Deletes the copy. */
  readonly remove: () => Promise<void>;
}

const maxAttempts = 5;

/**
 * Copies a database, with the log of commits that are not in its file yet. SQLite needs to write beside a database in WAL mode even
 * to read it. Its parameter `immutable` would skip that log, and read wrong rows when somebody else writes, so a copy is the only
 * safe way. Returns undefined for a file that cannot be read.
 *
 * @throws `Unavailable` when the file is written meanwhile, again and again, and `QuotaExceeded` and `PermissionDenied` when the
 *   temporary folder cannot take the copy
 */
export async function snapshot(store: string, file: string): Promise<Snapshot | undefined> {
  const { access, chmod, constants, copyFile, mkdtemp, rm, stat } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const sources = [file, `${file}-wal`];
  const readable = (path: string): Promise<boolean> =>
    access(path, constants.R_OK).then(
      () => true,
      () => false,
    );
  if (!(await readable(file)) || !(await stat(file)).isFile()) return undefined;
  /** What changes with every write: of the file and of its log, which may be absent. */
  const identity = async (): Promise<string> => {
    const stats = sources.map((path) => stat(path, { bigint: true }).catch(() => undefined));
    return (await Promise.all(stats)).map((each) => `${each?.ino} ${each?.size} ${each?.mtimeNs}`).join();
  };
  let folder: string | undefined;
  const remove = async (): Promise<void> => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const { tmpdir } = await import("node:os");
    folder = await mkdtemp(join(tmpdir(), "edgewater-records-"));
    const copy = join(folder, "records.sqlite");
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const before = await identity();
      await rm(`${copy}-wal`, { force: true });
      for (const [source, target] of [
        [file, copy],
        [`${file}-wal`, `${copy}-wal`],
      ] as const) {
        if (source !== file && !(await readable(source))) continue;
        await rm(target, { force: true });
        await copyFile(source, target);
        await chmod(target, 0o600);
      }
      if ((await identity()) === before) return { file: copy, remove };
    }
  } catch (cause) {
    await remove();
    const code = (cause as { readonly code?: string }).code === "ENOSPC" ? "QuotaExceeded" : "PermissionDenied";
    const message = `Cannot open ${store} readOnly: its folder may not be written, so SQLite reads a copy in the temporary folder, which cannot be made: ${(cause as Error).message}; copy the folder to a place that may be written, and open that`;
    throw new EdgewaterError(code, message, { store, cause });
  }
  await remove();
  const message = `Cannot open ${store} readOnly: its folder may not be written, so SQLite reads a copy, and another process has changed the file during each of ${maxAttempts} attempts to copy it; try again when it writes less, or let this process write to the folder`;
  throw new EdgewaterError("Unavailable", message, { store });
}
