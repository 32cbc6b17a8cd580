import type { AddFile, CheckpointAction, CommitInfo, DomainMetadata, Metadata, Protocol, RemoveFile, Txn } from "./actions.ts";
import { fileIdentity } from "./file-identity.ts";
import { LayeredMap } from "./layered-map.ts";

/** What a log says at a version, when its actions are applied in the order of its commits. */
export interface LogState {
  readonly protocol: Protocol | undefined;
  readonly metadata: Metadata | undefined;
  /** The files of the table, by {@link fileIdentity}. */
  readonly files: LayeredMap<AddFile>;
  /** Files that were removed, and may still be read at earlier versions. */
  readonly tombstones: LayeredMap<RemoveFile>;
  readonly txns: LayeredMap<Txn>;
  readonly domains: LayeredMap<DomainMetadata>;
  /** Of the last commit that was applied. */
  readonly commitInfo: CommitInfo | undefined;
}

const noState: LogState = {
  protocol: undefined,
  metadata: undefined,
  files: new LayeredMap(),
  tombstones: new LayeredMap(),
  txns: new LayeredMap(),
  domains: new LayeredMap(),
  commitInfo: undefined,
};

/** Applies actions to a state, and makes another. Time and memory are linear in the actions. */
export class Replay {
  readonly #from: LogState;
  #protocol: Protocol | undefined;
  #metadata: Metadata | undefined;
  #commitInfo: CommitInfo | undefined;
  readonly #files = new Map<string, AddFile | undefined>();
  readonly #tombstones = new Map<string, RemoveFile | undefined>();
  readonly #txns = new Map<string, Txn | undefined>();
  readonly #domains = new Map<string, DomainMetadata | undefined>();

  constructor(from: LogState = noState) {
    this.#from = from;
    this.#protocol = from.protocol;
    this.#metadata = from.metadata;
    this.#commitInfo = from.commitInfo;
  }

  apply(action: CheckpointAction): void {
    if ("add" in action) {
      const identity = fileIdentity(action.add);
      this.#files.set(identity, action.add);
      leaveOut(this.#tombstones, this.#from.tombstones, identity);
    } else if ("remove" in action) {
      const identity = fileIdentity(action.remove);
      leaveOut(this.#files, this.#from.files, identity);
      this.#tombstones.set(identity, action.remove);
    } else if ("metaData" in action) this.#metadata = action.metaData;
    else if ("protocol" in action) this.#protocol = action.protocol;
    else if ("txn" in action) this.#txns.set(action.txn.appId, action.txn);
    else if ("domainMetadata" in action) {
      const { domain, removed } = action.domainMetadata;
      if (removed) leaveOut(this.#domains, this.#from.domains, domain);
      else this.#domains.set(domain, action.domainMetadata);
    } else if ("commitInfo" in action) this.#commitInfo = action.commitInfo;
  }

  state(): LogState {
    return {
      protocol: this.#protocol,
      metadata: this.#metadata,
      commitInfo: this.#commitInfo,
      files: this.#from.files.with(this.#files),
      tombstones: this.#from.tombstones.with(this.#tombstones),
      txns: this.#from.txns.with(this.#txns),
      domains: this.#from.domains.with(this.#domains),
    };
  }
}

/** Takes a key away: from the changes, and by a change where it was there before. */
function leaveOut<Value>(changes: Map<string, Value | undefined>, from: LayeredMap<Value>, key: string): void {
  if (from.get(key) !== undefined) changes.set(key, undefined);
  else if (changes.size > 0) changes.delete(key);
}
