/** The first screen, and what happens after it. */
import type { MetadataWire } from "../../metadata/metadata-json.ts";
import type { AnyEvent, FailureRecord, LogRecord, RunStatus, StalenessCause } from "../../storage/types.ts";
import type { Action } from "./actions.ts";
import type { InspectedStatus } from "./common.ts";
import type { RunRow } from "./runs.ts";

/** The first screen, at one moment. */
export interface Snapshot {
  /** Equal as long as nothing but `now` has changed. */
  readonly etag: string;
  /** The id of the last event that it includes. */
  readonly cursor: number;
  /** The time of the source. */
  readonly now: number;
  /** The name of the repository, for the title. */
  readonly name: string;
  /** Where the records are, such as `IndexedDB, this tab`. */
  readonly where: string;
  /** What is allowed and possible here. What is absent is not drawn. */
  readonly can: Can;
  /** The assets and tasks, each after its inputs. */
  readonly nodes: readonly NodeRow[];
  /** From input to what is made from it, as positions in `nodes`, with the kind of the partition mapping unless it is the same key. */
  readonly edges: readonly (readonly [from: number, to: number, mapping?: string])[];
  /** The latest runs, newest first; at most 20. */
  readonly runs: readonly RunRow[];
  /** What needs somebody, the worst first. */
  readonly attention: readonly AttentionRow[];
}

/** What is allowed and possible: the actions, values and their bytes, diffs, the file of an export, and stored objects. */
export type Can = { readonly [Name in Action["type"] | "values" | "bytes" | "diff" | "export" | "import" | "objects"]?: true };

/** One asset or task. */
export interface NodeRow {
  /** Its name. */
  readonly name: string;
  /** What it is. */
  readonly kind: "asset" | "external" | "task";
  /** The name of the step that makes it: that of the multi-asset, or its own. */
  readonly step: string;
  /** The group in which it is shown. */
  readonly group?: string;
  /** Its technologies. */
  readonly kinds: readonly string[];
  /** Its tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** The version of its function. */
  readonly codeVersion?: string;
  /** Whether it has an automation condition. */
  readonly isAutomated?: true;
  /** How it is. */
  readonly status: InspectedStatus;
  /** Why it is stale, or missing although it was made; at most 20. */
  readonly causes: readonly StalenessCause[];
  /** Its last materialization or observation, of any partition. */
  readonly latest?: LatestView;
  /** Of an asset with partitions. */
  readonly counts?: PartitionCounts;
}

/** The last materialization or observation. */
export interface LatestView {
  /** The id of the event. */
  readonly eventId: number;
  /** When, in milliseconds. */
  readonly at: number;
  /** The run. */
  readonly runId: string;
  /** Its data version. */
  readonly dataVersion: string;
  /** A number that says how much it is, for a card: rows or bytes. */
  readonly size?: { readonly name: "rows" | "bytes"; readonly value: number };
}

/** How many partitions are in which status. */
export interface PartitionCounts {
  /** All of the definition. */
  readonly total: number;
  /** Up to date. */
  readonly ok: number;
  /** Failed at their last attempt. */
  readonly failed: number;
  /** Never made, or gone from their store. */
  readonly missing: number;
  /** Made from other code or inputs than there are now. */
  readonly stale: number;
  /** Being made. */
  readonly running: number;
  /** Written, and not recorded. */
  readonly unrecorded: number;
}

/** Something that needs somebody. */
export interface AttentionRow {
  /** What it is about. */
  readonly kind: "failed" | "partial" | "stale" | "unrecorded" | "interrupted";
  /** The asset, or undefined for a run. */
  readonly asset?: string;
  /** The run that it is about. */
  readonly runId?: string;
  /** What is wrong, such as `failed twice`, without the name. */
  readonly what: string;
  /** Why, in a sentence. */
  readonly why: string;
}

/** What has happened since the batch before. */
export interface EventBatch {
  /** The id of the last event that is told: `events` goes on after it. */
  readonly cursor: number;
  /** The events, at most 500. */
  readonly events: readonly EventView[];
  /** The runs that have changed. */
  readonly runs: readonly RunRow[];
  /** The nodes that have changed, by their position in the snapshot. */
  readonly nodes: readonly (readonly [position: number, node: NodeRow])[];
  /** What is not recorded: log lines, and how far steps are. */
  readonly live: readonly LiveEvent[];
}

/** Whether what is told is live. */
export interface ConnectionState {
  /** When it last heard from the source. */
  readonly alive: number;
  /** `retrying`: the source was lost, and is tried again. `ended`: it tells nothing more, as a report does. */
  readonly state: "live" | "retrying" | "ended";
  /** When it is tried again. */
  readonly retryInMs?: number;
}

/** An event of the records as JSON: keys in their display form, metadata in its wire form. */
export interface EventView {
  /** The id of the event. */
  readonly id: number;
  /** What happened. */
  readonly type: AnyEvent["eventType"];
  /** When, in milliseconds. */
  readonly at: number;
  /** The run. */
  readonly runId: string;
  /** The asset, or of events of a step the function that makes it; left out for a run. */
  readonly asset?: string;
  /** The display form of the partition's key. */
  readonly partition?: string;
  /** Its data version. */
  readonly dataVersion?: string;
  /** The code version. */
  readonly codeVersion?: string;
  /** Its metadata. */
  readonly metadata: MetadataWire;
  /** The error of a failed attempt. */
  readonly failure?: FailureRecord;
  /** Why a step was skipped, or why it ran. */
  readonly reason?: string;
  /** Whether it was skipped because nothing had changed. */
  readonly unchanged?: boolean;
  /** Of a run, its status after the event. */
  readonly status?: RunStatus;
  /** What a look at the store has found. */
  readonly found?: string;
}

/** What a run tells while it runs: a line of its log, or how far a step is. */
export type LiveEvent =
  | ({ readonly type: "log" } & LogRecord)
  | { readonly type: "progress"; readonly runId: string; readonly step: string; readonly done: number; readonly total: number };
