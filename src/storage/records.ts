import type { PartitionKey } from "../partition/partition-key.ts";
import type { Found, StoredMark } from "./events.ts";

/**
 * The status of a run. `Interrupted` is never stored: it is what a `Started` run is whose owner has not been heard of for the
 * time of its lease.
 */
export type RunStatus = "Started" | "Interrupted" | "Success" | "Failure" | "Canceled";

/** How a run ended. */
export type RunOutcome = Exclude<RunStatus, "Started" | "Interrupted">;

/** What a run was started for. */
export type RunKind = "materialize" | "write" | "observe" | "backfill";

/** The selection that a run was started with, as plain data: names, and display forms of keys. */
export interface RunSelection {
  /** Names of the selected assets; every asset when left out. */
  readonly selection?: readonly string[];
  /** Whether everything that the selection is made from was selected too. */
  readonly includeUpstream?: boolean;
  /** The selected partitions. */
  readonly partitionKeys?: readonly string[];
  /** The selected range of partitions, both ends included. */
  readonly partitionRange?: { readonly from: string; readonly to: string };
  /** The selected partitions of each asset, by its name, where they were selected by their state. */
  readonly partitionsOf?: Readonly<Record<string, readonly string[]>>;
  /** Whether unchanged steps were skipped; as each asset declares when left out. */
  readonly skipUnchanged?: boolean;
}

/** One run: assets that are materialized together. Times are milliseconds since 1970-01-01T00:00:00Z. */
export interface RunRecord {
  /** A UUID, unless `materialize` was given another id; of a run of a backfill, the id of the backfill, a dot and the number of the run. */
  readonly runId: string;
  /** The status of the run. */
  readonly status: RunStatus;
  /** What the run was started for; `materialize` when left out. */
  readonly kind?: RunKind;
  /** How often the run was begun: 1, and one more each time that it is resumed. Left out in records of earlier versions. */
  readonly attempt?: number;
  /** The assets and tasks of the run, each after its inputs. */
  readonly nodeNames: readonly string[];
  /** The display forms of the partitions that the run makes, of any of its assets; none when left out. */
  readonly partitionKeys?: readonly string[];
  /** The selection that the run was started with, so that it can be resumed. */
  readonly selection?: RunSelection;
  /** The tags that were passed to `materialize`. */
  readonly tags: Readonly<Record<string, string>>;
  /** When the run started. */
  readonly startTime: number;
  /** When the run ended; undefined while it runs. */
  readonly endTime: number | undefined;
}

/**
 * The claim of the process that makes a run. Every commit of the run requires that its owner still holds the lease, so that at
 * most one process writes for a run. Time decides only when another process may take a run over, never who wins.
 */
export interface Lease {
  /** The run. */
  readonly runId: string;
  /** The step of the run that the claim is for; undefined for the claim of the run itself. */
  readonly step: string | undefined;
  /** Who holds it: `<attempt>.<UUID>`, new with every takeover; `ended` for a step whose success or failure is recorded. */
  readonly owner: string;
  /** How often the run was taken over, plus one; of a step, how often it was delivered. */
  readonly attempt: number;
  /** Grows with every commit of the owner. */
  readonly beat: number;
  /** How long the owner may be silent before the run counts as interrupted, in milliseconds. */
  readonly ttlMs: number;
  /** Names the process, so that another one on the same machine can see that it has ended; undefined where that is not known. */
  readonly holder: string | undefined;
  /** Time since the owner's last commit, in milliseconds, by the clock of the back end. */
  readonly ageMs: number;
}

/** An edge of the asset graph. */
export interface Dependency {
  /** Name of the upstream asset or task. */
  readonly assetKey: string;
  /** The kind of the partition mapping; undefined for the same partition, or without partitions. */
  readonly mapping: string | undefined;
}

/** An asset or task as its repository declares it. */
export interface AssetDefinition {
  /** Name of the asset or task. */
  readonly assetKey: string;
  /** A task is not in the catalogue; its row keeps the edges between assets. */
  readonly kind: "asset" | "external" | "task";
  /** Tags, by name. */
  readonly tags: Readonly<Record<string, string>>;
  /** Labels of the technology, such as `duckdb`. */
  readonly kinds: readonly string[];
  /** Name of the group. */
  readonly group: string | undefined;
  /** Version of the asset's function. */
  readonly codeVersion: string | undefined;
  /** The inputs. */
  readonly dependencies: readonly Dependency[];
  /** The partitions definition as plain data; undefined without partitions. */
  readonly partitions: unknown;
}

/** The latest events of an asset or of one of its partitions. Undefined fields: no such event yet. */
export interface Latest {
  /** Id of the last materialization or observation. */
  readonly lastEventId: number | undefined;
  /** Id of the last materialization. */
  readonly lastMaterializationId: number | undefined;
  /** Id of the last `StepFailure`. */
  readonly lastFailureId: number | undefined;
  /** Run of the last materialization. */
  readonly lastRunId: string | undefined;
  /** Time of the last materialization or observation. */
  readonly lastTimestamp: number | undefined;
  /** Data version of the last materialization or observation. */
  readonly lastDataVersion: string | undefined;
  /** Code version of the last materialization. */
  readonly lastMaterializationCodeVersion: string | undefined;
  /** Data versions of the inputs of the last materialization. */
  readonly lastInputDataVersions: Readonly<Record<string, string>>;
  /** What the last materialization has written. */
  readonly lastStored: StoredMark | undefined;
  /** Digest of everything that the last materialization was made from. */
  readonly lastFingerprint: string | undefined;
  /** What the last look at the store found since the last materialization; undefined when nobody has looked. */
  readonly lastFound: Found | undefined;
}

/** One asset of the catalogue: its definition and its latest events. */
export interface AssetRecord extends AssetDefinition, Latest {}

/** The latest events of one partition, or without a partition key of the asset. */
export interface LatestRecord extends Latest {
  /** Name of the asset. */
  readonly assetKey: string;
  /** The partition; undefined for the asset. */
  readonly partitionKey: PartitionKey | undefined;
  /** Id of the first materialization. */
  readonly firstId: number | undefined;
}

/** One line of a run's log. */
export interface LogRecord {
  /** The run. */
  readonly runId: string;
  /** The step's display name: the asset, task or multi-asset, and its partitions in brackets. */
  readonly step: string;
  /** Severity. */
  readonly level: "debug" | "info" | "warn" | "error";
  /** The text, with its details. */
  readonly message: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
}

/** One evaluation of something that decides whether to run, such as the conditions of a repository. */
export interface TickRecord {
  /** Name of the evaluator, such as `automation`. */
  readonly name: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** `Fired` when something should run. */
  readonly status: "Fired" | "Skipped" | "Failed";
  /** The result as plain JSON data. */
  readonly detail: unknown;
}

/** One entry of the key-value store that is part of every Storage. */
export interface KvEntry {
  /** The key. */
  readonly key: string;
  /** The value. */
  readonly value: Uint8Array;
}
