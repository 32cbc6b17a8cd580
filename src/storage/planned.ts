/** What a run was planned with, kept until it ends, so that workers and replays of an engine plan the same. */

/** One step of a plan, as plain data. */
export interface PlannedStepRecord {
  /** The name of the asset, task or multi-asset. */
  readonly computation: string;
  /** The names of the outputs to make. */
  readonly outputs: readonly string[];
  /** The display forms of the partitions to make; left out without partitions. */
  readonly partitionKeys?: readonly string[] | undefined;
}

/** The value of the key of a plan. */
export interface PlannedRecord {
  /** The time as of which partitions were resolved, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly plannedAt: number;
  /** The keys of dynamic partitions then, by the names of their definitions. */
  readonly dynamicKeys: Readonly<Record<string, readonly string[]>>;
  /** The steps in their order; left out of runs that no engine keeps. */
  readonly steps?: readonly PlannedStepRecord[] | undefined;
}

/** The key of the plan of a run. */
export function plannedKey(runId: string): string {
  return `edgewater/plan/${runId}`;
}

/** A plan as the bytes of its value. */
export function encodePlanned(planned: PlannedRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(planned));
}

/** The plan that {@link encodePlanned} wrote. */
export function decodePlanned(bytes: Uint8Array): PlannedRecord {
  return JSON.parse(new TextDecoder().decode(bytes)) as PlannedRecord;
}
