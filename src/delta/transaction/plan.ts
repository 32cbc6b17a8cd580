import type { Bound } from "../expression/bound.ts";
import type { Action, CommitInfo, Metadata, Protocol } from "../log/actions.ts";

/** The version of a table that a transaction has read. */
export interface ReadVersion {
  readonly version: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  readonly commitInfo?: CommitInfo | undefined;
}

/** What a transaction has read of a table, so that other commits may have changed what it writes. */
export interface Reads {
  /** The condition on the rows it has read, bound to the schema of the table. Added files with such rows are a conflict. */
  readonly rows: Bound | "all" | "none";
  /** The identities ({@link fileIdentity}) of the files it has read. Their removal is a conflict. */
  readonly files: ReadonlySet<string> | "all" | "none";
}

export const readNothing: Reads = { rows: "none", files: "none" };

export const readEverything: Reads = { rows: "all", files: "all" };

/** What a transaction writes. */
export interface Plan {
  /** All but the commitInfo. */
  readonly actions: readonly Action[];
  readonly reads: Reads;
  /** The information of the commit: `operation`, `operationParameters`, and what callers add. */
  readonly commitInfo: CommitInfo;
}

/** Whether a plan only adds files and has read nothing, so that no other commit can have changed its result. */
export function isBlindAppend({ actions, reads }: Plan): boolean {
  const onlyAdds = actions.every((action) => "txn" in action || ("add" in action && action.add.dataChange));
  return onlyAdds && reads.rows === "none" && reads.files === "none";
}
