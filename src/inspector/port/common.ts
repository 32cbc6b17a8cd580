/** What the parts of the port share. */
import type { ErrorCode, ErrorDetails } from "../../errors.ts";

/**
 * How an asset or a partition is. `Partial`: some of its partitions are to be made. `Unrecorded`: written, and not recorded.
 * `Observed`: an external asset that was looked at.
 */
export type InspectedStatus = "UpToDate" | "Stale" | "Partial" | "Missing" | "Failed" | "Running" | "Unrecorded" | "Observed";

/** Options that every call has. */
export interface SignalOptions {
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal;
}

/** A part of a list; `next` asks for what follows, and is left out at the end. */
export interface Page<Row> {
  /** The rows of this page. */
  readonly rows: readonly Row[];
  /** Asks for the next page. */
  readonly next?: string;
}

/** An error as it is sent. */
export interface ErrorView {
  /** The kind of the error. */
  readonly code: ErrorCode;
  /** The message. */
  readonly message: string;
  /** Names to look up. */
  readonly details: ErrorDetails;
}
