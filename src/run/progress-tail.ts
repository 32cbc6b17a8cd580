/** The progress of steps that other processes make, read from the records, so that it is the same wherever a step runs. */
import type { AnyEvent, Storage } from "../storage/types.ts";
import { outputId, outputIds, type Plan, stepId } from "./plan.ts";
import type { OnProgress, ProgressEvent } from "./run-environment.ts";
import { errorOf } from "./thrown-from.ts";

/** How often the records are read while steps run, in milliseconds. */
const intervalMs = 250;
const pageSize = 500;

/** What a tail reports, and to whom. */
interface TailTarget {
  /** The id of the last event that is not reported. */
  readonly after: number;
  readonly onProgress: OnProgress;
  /** Whether steps are skipped as unchanged where they are made; otherwise what sends them reports it. */
  readonly decidesThere: boolean;
}

/** Follows the events of a run, and reports those of steps that other processes make as progress. */
export class ProgressTail {
  readonly #runId: string;
  readonly #storage: Storage;
  readonly #target: TailTarget | undefined;
  /** The steps that other processes make, by their own ids and the ids of their outputs. */
  readonly #steps = new Map<string, FollowedStep>();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #last: number;
  /** How many lines of the log of the run were read, and when. */
  #lines = 0;
  #linesAt = Number.NEGATIVE_INFINITY;
  readonly #labels: ReadonlySet<string>;
  #reading: Promise<void> = Promise.resolve();

  /** @param target undefined when nobody wants the progress; then nothing is read */
  constructor(runId: string, steps: Plan, storage: Storage, target: TailTarget | undefined) {
    this.#runId = runId;
    this.#storage = storage;
    this.#target = target;
    this.#last = target?.after ?? 0;
    this.#labels = new Set(steps.map(({ label }) => label));
    if (target === undefined) return;
    for (const step of steps) {
      const followed = { label: step.label, startTime: undefined, hasFailed: false, isDecidedThere: target.decidesThere };
      for (const id of new Set([stepId(step), ...outputIds(step)])) this.#steps.set(id, followed);
    }
    this.#timer = setInterval(() => this.flush(), intervalMs);
    (this.#timer as { readonly unref?: () => void }).unref?.();
  }

  /** Reports what has been recorded so far. Does not reject: what cannot be read now is read later. */
  flush(): Promise<void> {
    if (this.#target !== undefined) this.#reading = this.#reading.then(() => this.#read()).catch(() => {});
    return this.#reading;
  }

  /** Reports the rest, and ends. */
  async end(): Promise<void> {
    this.stop();
    await this.flush();
    if (this.#target !== undefined) await this.#readLines().catch(() => {});
  }

  /** Ends without a further look. */
  stop(): void {
    clearInterval(this.#timer);
  }

  async #read(): Promise<void> {
    while (true) {
      const events = await this.#storage.getEventsForRun(this.#runId, { types: "all", after: this.#last, limit: pageSize });
      // Lines are recorded with events. The log is read as a whole, so not for each of many steps that end.
      if (events.length > 0 && performance.now() - this.#linesAt >= intervalMs) await this.#readLines();
      for (const event of events) {
        this.#report(event);
        this.#last = event.id;
      }
      if (events.length < pageSize) return;
    }
  }

  /** Reports the lines of the log that other processes have recorded. */
  async #readLines(): Promise<void> {
    const lines = await this.#storage.getRunLogs(this.#runId);
    for (const line of lines.slice(this.#lines)) if (this.#labels.has(line.step)) this.#target?.onProgress({ type: "log", ...line });
    this.#lines = lines.length;
    this.#linesAt = performance.now();
  }

  #report(event: AnyEvent): void {
    if (event.assetKey === undefined) return;
    const followed = this.#steps.get(outputId(event.assetKey, event.partitionKey));
    const progress = followed && progressOf(event, followed);
    if (progress !== undefined) this.#target?.onProgress(progress);
  }
}

/** What an event of a step reports; undefined for one that reports nothing. */
function progressOf(event: AnyEvent, followed: FollowedStep): ProgressEvent | undefined {
  const { runId, timestamp } = event;
  const { label: step, startTime = timestamp } = followed;
  const durationMs = Math.max(0, timestamp - startTime);
  switch (event.eventType) {
    case "StepStart": {
      // A step that starts again after a lost race, or in another worker, has one start.
      const isFirst = followed.startTime === undefined;
      followed.startTime = startTime;
      return isFirst ? { type: "step-start", runId, step } : undefined;
    }
    case "Materialization":
    case "Observation":
      return { type: "output", runId, step, event };
    case "StepRetry":
      return { type: "step-retry", runId, step, error: errorOf(event), retry: Number(event.metadata["retry"]?.value ?? 1) };
    case "StepSuccess":
      return { type: "step-success", runId, step, durationMs };
    case "StepFailure": {
      const isFirst = !followed.hasFailed;
      followed.hasFailed = true;
      return isFirst ? { type: "step-failure", runId, step, durationMs, error: errorOf(event) } : undefined;
    }
    case "StepSkipped":
      return followed.isDecidedThere && event.unchanged ? { type: "step-skipped", runId, step, because: event.reason ?? "" } : undefined;
    default:
      return undefined;
  }
}

/** A step that another process makes. */
interface FollowedStep {
  readonly label: string;
  readonly isDecidedThere: boolean;
  startTime: number | undefined;
  hasFailed: boolean;
}
