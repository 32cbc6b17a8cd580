import type { ProgressEvent } from "../run/run-environment.ts";
import type { LiveEvent } from "./inspection.ts";

/** How many lines of the log wait at most; of more, the newest. All of them are recorded. */
const mostLines = 1000;

/** What runs tell and do not record, until it is told: the lines of their logs, and the last progress of each step. */
export class LiveBuffer {
  #lines: LiveEvent[] = [];
  #progress = new Map<string, LiveEvent>();
  readonly #steps = new Map<string, Map<string, { readonly done: number; readonly total: number }>>();

  /** Returns whether there is something to tell. */
  add(event: ProgressEvent): boolean {
    const { type, runId } = event;
    if (type === "run-end") this.#steps.delete(runId);
    if (type === "log") {
      this.#lines.push(event);
      if (this.#lines.length > 2 * mostLines) this.#lines = this.#lines.slice(-mostLines);
    } else if (type === "progress") {
      const { step, done, total } = event;
      this.#progress.set(JSON.stringify([runId, step]), event);
      const steps = this.#steps.get(runId) ?? new Map<string, { readonly done: number; readonly total: number }>();
      this.#steps.set(runId, steps.set(step, { done, total }));
    } else return false;
    return true;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#progress.size === 0;
  }

  /** Takes what waits. */
  take(): readonly LiveEvent[] {
    const taken = [...this.#lines.slice(-mostLines), ...this.#progress.values()];
    this.#lines = [];
    this.#progress = new Map();
    return taken;
  }

  /** How far the steps of a run that has not ended are. */
  progressOf(runId: string): ReadonlyMap<string, { readonly done: number; readonly total: number }> {
    return this.#steps.get(runId) ?? new Map();
  }
}
