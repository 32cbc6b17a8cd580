import type { ErrorCode } from "../errors.ts";

/** What to do about an error, by its code. */
const remedies: { readonly [Code in ErrorCode]?: string } = {
  NotFound: "An input or an object is missing; materialize the input, or check its key.",
  PermissionDenied: "Give the credentials the permission for this operation, and resume the run.",
  Unauthenticated: "Check the credentials: they are missing, wrong or expired. Then resume the run.",
  QuotaExceeded: "Free some room, for example by pruning old versions, and resume the run.",
  Unavailable: "The store could not be reached; resume the run when it is, or give the asset a retry policy.",
  Integrity: "Stored data is damaged; materialize the input again.",
  Timeout: "The step took longer than its timeoutMs; give it more time, or less to do.",
  TakenOver: "Another process has taken the run over; look at what it made.",
  Conflict: "Other runs record the same output all the time; run them one after the other.",
  SerializationError: "Return a value that the serializer of the handler can write, or give the asset another handler.",
  ValidationError: "The value does not match its type hint; mend the value or the hint, and resume the run.",
  SettingsError: "Correct the setting that the message names, and resume the run.",
  PartitionError: "Check the partition keys and mappings that the message names.",
  NotSupported: "The runtime or the store does not support this; choose another one.",
  PreconditionFailed: "Something has changed meanwhile; resume the run.",
  Aborted: "The run was aborted; resume it to make the rest.",
};

/** What to do about an error with this code, in a sentence; undefined when nothing more can be said than its message. */
export function remedyOf(code: string | undefined): string | undefined {
  return code === undefined || !Object.hasOwn(remedies, code) ? undefined : remedies[code as ErrorCode];
}
