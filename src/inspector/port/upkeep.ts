/** Automation, and what is stored. */
import type { TickRecord } from "../../storage/types.ts";
import type { SignalOptions } from "./common.ts";

export interface AutomationView {
  readonly evaluatedAt: number;
  readonly assets: readonly {
    readonly asset: string;
    readonly shouldRun: boolean;
    readonly partitions?: number;
    readonly root: ConditionView;
  }[];
  /** What it asks for, as the action that does it. */
  readonly requests: readonly { readonly runId?: string; readonly selection: readonly string[]; readonly partitions: number }[];
  readonly ticks: readonly TickRecord[];
}

export interface ConditionView {
  readonly label: string;
  readonly asset: string;
  readonly isTrue: boolean;
  readonly partitions?: number;
  /** The fact that decided it, when there is one to tell. */
  readonly fact?: string;
  readonly parts: readonly ConditionView[];
}

export interface ObjectsQuery extends SignalOptions {
  readonly prefix?: string;
  readonly after?: string;
  /** At most 500; 100 unless given. */
  readonly limit?: number;
}

export interface ObjectRow {
  readonly key: string;
  readonly size: number;
  readonly at?: number;
  /** Whose value it is, if the layout of keys tells. */
  readonly asset?: string;
  readonly partition?: string;
  readonly dataVersion?: string;
  /** `current`: what the record names. `old`: a version that a history keeps. `unrecorded`: of an asset, not recorded. `unknown`: of none. */
  readonly state: "current" | "old" | "unrecorded" | "unknown";
}

export interface StorageView {
  readonly name: string;
  readonly values: { readonly bytes: number; readonly objects: number; readonly isCut: boolean };
  readonly records: { readonly bytes?: number; readonly events: number; readonly runs: number };
  readonly byAsset: readonly { readonly asset: string; readonly bytes: number; readonly objects: number }[];
  /** What the browser estimates; left out elsewhere. */
  readonly estimate?: { readonly usage: number; readonly quota: number };
  /** Whether the browser has promised to keep it; left out where nothing asks. */
  readonly isPersisted?: boolean;
}
