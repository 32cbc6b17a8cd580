/**
 * The actions of a log. Fields that later protocols add are left out: a table whose readers or writers must know them names a feature,
 * and is refused.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions
 */

export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly readerFeatures?: readonly string[];
  readonly writerFeatures?: readonly string[];
}

export interface Metadata {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  /** The schema of the table as JSON. */
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdTime?: number;
}

export interface DeletionVector {
  /** `u`: a file named after a UUID below the table; `p`: an absolute path; `i`: inline. */
  readonly storageType: "u" | "p" | "i";
  readonly pathOrInlineDv: string;
  readonly offset?: number;
  readonly sizeInBytes: number;
  readonly cardinality: number;
}

/** A data file that belongs to the table. */
export interface AddFile {
  /** As the log has it: percent-encoded, relative to the table or absolute. */
  readonly path: string;
  /** By physical name; null is a null. */
  readonly partitionValues: Readonly<Record<string, string | null>>;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** Statistics as JSON, unparsed: most files are never asked for theirs. */
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionVector?: DeletionVector;
  readonly baseRowId?: bigint;
  readonly defaultRowCommitVersion?: bigint;
  readonly clusteringProvider?: string;
}

/** A data file that belongs to the table no more. */
export interface RemoveFile {
  readonly path: string;
  readonly deletionTimestamp?: number;
  readonly dataChange: boolean;
  readonly extendedFileMetadata?: boolean;
  readonly partitionValues?: Readonly<Record<string, string | null>>;
  readonly size?: number;
  readonly deletionVector?: DeletionVector;
  readonly baseRowId?: bigint;
  readonly defaultRowCommitVersion?: bigint;
}

/** The last version of an application's own count of its writes. */
export interface Txn {
  readonly appId: string;
  readonly version: bigint;
  readonly lastUpdated?: number;
}

export interface DomainMetadata {
  readonly domain: string;
  readonly configuration: string;
  readonly removed: boolean;
}

/** Who wrote a commit, and how; free but for a few names. */
export type CommitInfo = Readonly<Record<string, unknown>>;

export interface CdcFile {
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  readonly dataChange: false;
}

export interface Actions {
  readonly metaData: Metadata;
  readonly protocol: Protocol;
  readonly add: AddFile;
  readonly remove: RemoveFile;
  readonly txn: Txn;
  readonly domainMetadata: DomainMetadata;
  readonly commitInfo: CommitInfo;
  readonly cdc: CdcFile;
}

/** One line of a commit. */
export type Action = { readonly [Kind in keyof Actions]: { readonly [Only in Kind]: Actions[Kind] } }[keyof Actions];

/** A file of a checkpoint in several files, which holds actions `add` and `remove`. */
export interface Sidecar {
  /** As the log has it: percent-encoded, below the folder of sidecars or absolute. */
  readonly path: string;
  readonly sizeInBytes: number;
}

/** What only checkpoints hold. */
export interface CheckpointActions {
  readonly sidecar: Sidecar;
  readonly checkpointMetadata: { readonly version: number };
}

/** One line or row of a checkpoint. */
export type CheckpointAction =
  | Action
  | { readonly [Kind in keyof CheckpointActions]: { readonly [Only in Kind]: CheckpointActions[Kind] } }[keyof CheckpointActions];
