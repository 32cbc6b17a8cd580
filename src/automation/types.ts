import type { LatestRecord } from "../storage/types.ts";

/** One asset as conditions see it, at the moment of an evaluation. */
export interface Subject {
  readonly asset: string;
  /** The display forms of all its partitions, or one empty text for an asset without partitions. */
  readonly places: readonly string[];
  readonly codeVersion: string | undefined;
  /** What last happened at a place. */
  readonly latest: (place: string) => LatestRecord | undefined;
  /** Whether a run that goes on is to make it and has not yet. */
  readonly isInProgress: (place: string) => boolean;
  /** The assets that it is made from; tasks between are looked through. */
  readonly dependencies: readonly SubjectDependency[];
}

export interface SubjectDependency {
  readonly subject: Subject;
  /** The places of the dependency that one place is made from. */
  readonly placesOf: (place: string) => readonly string[];
}

/** What a condition is told while it is evaluated. */
export interface ConditionContext {
  readonly subject: Subject;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
  /** When it was evaluated before; undefined the first time. */
  readonly previous: number | undefined;
  /** The places of the asset that the whole condition is for that were asked to run the last time, or were made since. */
  readonly handled: ReadonlySet<string>;
  /** Those of them that were made since, from the last of everything that they are made from. */
  readonly settled: ReadonlySet<string>;
  /** What this condition has remembered the last time; undefined the first time. */
  readonly before: unknown;
  /** Keeps plain JSON data until the next time. */
  readonly remember: (value: unknown) => void;
  /** Evaluates a part of this condition, on the same asset or on another: the places at which it is true. */
  readonly child: (condition: Condition, subject?: Subject) => ReadonlySet<string>;
}

/**
 * When an asset should run: the places, among those of the subject, at which it is true. Every part is evaluated every
 * time, whatever the others say, so that what it remembers is up to date.
 */
export interface Condition {
  /** For people. */
  readonly label: string;
  readonly evaluate: (context: ConditionContext) => Iterable<string>;
}

/** What a condition, or a part of one, has come to. */
export interface ConditionResult {
  readonly label: string;
  /** The asset that it was evaluated on: of a part, maybe one that the other is made from. */
  readonly asset: string;
  /** Whether it is true, at any partition. */
  readonly isTrue: boolean;
  /** The display forms of the partitions at which it is true; undefined without partitions. */
  readonly partitions: readonly string[] | undefined;
  /** What its parts have come to. */
  readonly children: readonly ConditionResult[];
}

/** What the condition of one asset has come to. */
export interface AssetEvaluation {
  readonly asset: string;
  readonly shouldRun: boolean;
  /** The display forms of the partitions that should run; undefined without partitions. */
  readonly partitions: readonly string[] | undefined;
  /** Why, part by part. */
  readonly because: ConditionResult;
}
