/** The first screen, and what happens after it. */
import type { MetadataWire } from "../../metadata/metadata-json.ts";
import type { AnyEvent, FailureRecord, LogRecord, RunStatus, StalenessCause } from "../../storage/types.ts";
import type { Action } from "./actions.ts";
import type { InspectedStatus } from "./common.ts";
import type { RunRow } from "./runs.ts";

export interface Snapshot {
  /** Equal as long as nothing but `now` has changed. */
  readonly etag: string;
  /** The id of the last event that it includes. */
  readonly cursor: number;
  readonly now: number;
  /** The name of the repository, for the title. */
  readonly name: string;
  /** Where the records are, such as `IndexedDB, this tab`. */
  readonly where: string;
  /** What is allowed and possible here. What is absent is not drawn. */
  readonly can: Can;
  readonly nodes: readonly NodeRow[];
  /** From input to what is made from it, as positions in `nodes`, with the kind of the partition mapping unless it is the same key. */
  readonly edges: readonly (readonly [from: number, to: number, mapping?: string])[];
  /** The latest runs, newest first; at most 20. */
  readonly runs: readonly RunRow[];
  /** What needs somebody, the worst first. */
  readonly attention: readonly AttentionRow[];
}

export type Can = { readonly [Name in Action["type"] | "values" | "diff" | "export" | "import" | "objects"]?: true };

export interface NodeRow {
  readonly name: string;
  readonly kind: "asset" | "external" | "task";
  /** The name of the step that makes it: that of the multi-asset, or its own. */
  readonly step: string;
  readonly group?: string;
  readonly kinds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly codeVersion?: string;
  /** Whether it has an automation condition. */
  readonly isAutomated?: true;
  readonly status: InspectedStatus;
  readonly causes: readonly StalenessCause[];
  readonly latest?: LatestView;
  /** Of an asset with partitions. */
  readonly counts?: PartitionCounts;
}

/** The last materialization or observation. */
export interface LatestView {
  readonly eventId: number;
  readonly at: number;
  readonly runId: string;
  readonly dataVersion: string;
  /** A number that says how much it is, for a card: rows or bytes. */
  readonly size?: { readonly name: "rows" | "bytes"; readonly value: number };
}

export interface PartitionCounts {
  readonly total: number;
  readonly ok: number;
  readonly failed: number;
  readonly missing: number;
  readonly stale: number;
  readonly running: number;
  readonly unrecorded: number;
}

export interface AttentionRow {
  readonly kind: "failed" | "partial" | "stale" | "unrecorded" | "interrupted";
  /** The asset, or undefined for a run. */
  readonly asset?: string;
  readonly runId?: string;
  /** What is wrong, such as `failed twice`, without the name. */
  readonly what: string;
  /** Why, in a sentence. */
  readonly why: string;
}

export interface EventBatch {
  readonly cursor: number;
  readonly events: readonly EventView[];
  /** The runs that have changed. */
  readonly runs: readonly RunRow[];
  /** The nodes that have changed, by their position in the snapshot. */
  readonly nodes: readonly (readonly [position: number, node: NodeRow])[];
  /** What is not recorded: log lines, and how far steps are. */
  readonly live: readonly LiveEvent[];
}

export interface ConnectionState {
  /** When it last heard from the source. */
  readonly alive: number;
  readonly state: "live" | "retrying";
  readonly retryInMs?: number;
}

/** An event of the records as JSON: keys in their display form, metadata in its wire form. */
export interface EventView {
  readonly id: number;
  readonly type: AnyEvent["eventType"];
  readonly at: number;
  readonly runId: string;
  readonly asset?: string;
  readonly partition?: string;
  readonly dataVersion?: string;
  readonly codeVersion?: string;
  readonly metadata: MetadataWire;
  readonly failure?: FailureRecord;
  readonly reason?: string;
  readonly unchanged?: boolean;
  readonly status?: RunStatus;
  readonly found?: string;
}

export type LiveEvent =
  | ({ readonly type: "log" } & LogRecord)
  | { readonly type: "progress"; readonly runId: string; readonly step: string; readonly done: number; readonly total: number };
