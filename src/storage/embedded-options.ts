export interface ConnectOptions {
  /** Refuses every commit; opens records that this version may read and not write. */
  readonly readOnly?: boolean;
}

/** What `Storage.embedded` takes. */
export interface EmbeddedOptions extends ConnectOptions {
  /** Whether a commit waits until it would survive a power cut. Without it, it survives a killed process. */
  readonly fsync?: boolean;
  /** How long to wait for another process that is writing, in milliseconds; 10,000 unless given. Tabs wait for each other. */
  readonly lockTimeoutMs?: number;
}
