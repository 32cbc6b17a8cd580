/** What the parts of the port share. */
import type { ErrorCode, ErrorDetails } from "../../errors.ts";

/**
 * How an asset or a partition is. `Partial`: some of its partitions are to be made. `Unrecorded`: written, and not recorded.
 * `Observed`: an external asset that was looked at.
 */
export type InspectedStatus = "UpToDate" | "Stale" | "Partial" | "Missing" | "Failed" | "Running" | "Unrecorded" | "Observed";

export interface SignalOptions {
  readonly signal?: AbortSignal;
}

/** A part of a list; `next` asks for what follows, and is left out at the end. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next?: string;
}

/** An error as it is sent. */
export interface ErrorView {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}
