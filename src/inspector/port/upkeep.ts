/** Automation, and what is stored. */
import type { TickRecord } from "../../storage/types.ts";
import type { SignalOptions } from "./common.ts";

/** What the conditions decide now. */
export interface AutomationView {
  /** When they were evaluated. */
  readonly evaluatedAt: number;
  /** The result of each asset with a condition. */
  readonly assets: readonly {
    readonly asset: string;
    readonly shouldRun: boolean;
    readonly partitions?: number;
    readonly root: ConditionView;
  }[];
  /** What it asks for, as the action that does it. */
  readonly requests: readonly { readonly runId?: string; readonly selection: readonly string[]; readonly partitions: number }[];
  /** The last evaluations, newest first. */
  readonly ticks: readonly TickRecord[];
}

/** The result of a condition, or of a part of one. */
export interface ConditionView {
  /** Its display name. */
  readonly label: string;
  /** The asset on which it was evaluated. */
  readonly asset: string;
  /** Whether it is true, for any partition. */
  readonly isTrue: boolean;
  /** For how many partitions it is true; left out without partitions. */
  readonly partitions?: number;
  /** The fact that decided it, when there is one to tell. */
  readonly fact?: string;
  /** The results of its parts. */
  readonly parts: readonly ConditionView[];
}

/** Which stored objects to list. */
export interface ObjectsQuery extends SignalOptions {
  /** Only keys that begin with it. */
  readonly prefix?: string;
  /** The `next` of the page before. */
  readonly after?: string;
  /** At most 500; 100 unless given. */
  readonly limit?: number;
}

/** One stored object. */
export interface ObjectRow {
  /** Its key; with several stores, after the name of its store. */
  readonly key: string;
  /** Its size in bytes. */
  readonly size: number;
  /** When it was written, if the store tells. */
  readonly at?: number;
  /** Whose value it is, if the layout of keys tells. */
  readonly asset?: string;
  /** The display form of the partition's key. */
  readonly partition?: string;
  /** Its data version. */
  readonly dataVersion?: string;
  /** `current`: what the record names. `old`: a version that a history keeps. `unrecorded`: of an asset, not recorded. `unknown`: of none. */
  readonly state: "current" | "old" | "unrecorded" | "unknown";
}

/** What takes how much room. */
export interface StorageView {
  /** The stores of the values. */
  readonly name: string;
  /** The stored objects, and whether there are more than were counted. */
  readonly values: { readonly bytes: number; readonly objects: number; readonly isCut: boolean };
  /** The records. */
  readonly records: { readonly bytes?: number; readonly events: number; readonly runs: number };
  /** The room of each asset, the largest first. */
  readonly byAsset: readonly { readonly asset: string; readonly bytes: number; readonly objects: number }[];
  /** What the browser estimates; left out elsewhere. */
  readonly estimate?: { readonly usage: number; readonly quota: number };
  /** Whether the browser has promised to keep it; left out where nothing asks. */
  readonly isPersisted?: boolean;
}
