import type { AddFile, RemoveFile } from "./actions.ts";

/**
 * The action that removes a data file, with all that tells other engines what it was.
 *
 * @param now milliseconds since 1970-01-01T00:00:00Z
 */
export function removalOf(file: AddFile, now: number): RemoveFile {
  const { path, partitionValues, size, deletionVector, baseRowId, defaultRowCommitVersion } = file;
  return {
    path,
    deletionTimestamp: now,
    dataChange: true,
    extendedFileMetadata: true,
    partitionValues,
    size,
    ...(deletionVector === undefined ? {} : { deletionVector }),
    ...(baseRowId === undefined ? {} : { baseRowId }),
    ...(defaultRowCommitVersion === undefined ? {} : { defaultRowCommitVersion }),
  };
}
