import { type Classify, keyIsAlsoPrefix } from "../call.ts";
import { unlinkSync } from "./fs.ts";

/** Maps the error codes of the operating system. */
export const classify: Classify = (cause, { verb }) => {
  switch (codeOf(cause)) {
    case "ENOENT":
      return { code: "NotFound", reason: "it does not exist" };
    case "EISDIR":
    case "ENOTDIR":
    case "EEXIST":
    case "ENOTEMPTY":
      return verb === "write" ? { code: "NotSupported", reason: keyIsAlsoPrefix } : { code: "NotFound", reason: "it is a folder" };
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return { code: "PermissionDenied", reason: "the file system does not allow it" };
    case "ENOSPC":
    case "EDQUOT":
      return { code: "QuotaExceeded", reason: "the disk or the quota is full" };
    case "ENAMETOOLONG":
      return { code: "InvalidPath", reason: "the path is too long for this file system" };
    default:
      return undefined;
  }
};

/** The error code of the operating system, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}

/** Turns "no such file or folder" into undefined, for `catch`; throws any other error. */
export function whenMissing(error: unknown): undefined {
  if (!["ENOENT", "ENOTDIR", "EISDIR", "ELOOP"].includes(codeOf(error) ?? "")) throw error;
}

/** As {@link whenMissing}, for a synchronous call. */
export function ifThereSync<Value>(call: () => Value): Value | undefined {
  try {
    return call();
  } catch (error) {
    return whenMissing(error);
  }
}

/** Runs a cleanup that may fail: the next write of the key or the next sweep repeats it. Returns whether it succeeded. */
export function attempt(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

/** Removes a file, if it is there. Returns whether it was. */
export function removeFile(path: string): boolean {
  const remove = (): boolean => {
    unlinkSync(path);
    return true;
  };
  return ifThereSync(remove) ?? false;
}

/** Removes a file that other writers would wait for or have to remove. Tries twice. */
export function discard(path: string): void {
  if (!attempt(() => removeFile(path))) attempt(() => removeFile(path));
}
