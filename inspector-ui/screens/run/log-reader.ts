/** Reads the recorded log of a run to its end, and again from there when there may be more. */
import type { Inspection } from "../../../src/inspector/inspection.ts";
import type { LogRecord } from "../../../src/storage/records.ts";
import { nextTask } from "../../state/next-task.ts";

/** More lines than these are not read: a page holds them in memory. */
export const mostLines = 50_000;
const pageSize = 500;

export class LogReader {
  #after: string | undefined;
  /** How many lines of the page at `#after` are known: the last page is read again when it may have grown. */
  #known = 0;
  #read = 0;
  #reading: Promise<void> | undefined;
  #isOld = false;
  readonly #logs: Inspection["logs"];
  readonly #runId: string;
  readonly #onLines: (lines: readonly LogRecord[]) => void;

  constructor(logs: Inspection["logs"], runId: string, onLines: (lines: readonly LogRecord[]) => void) {
    this.#logs = logs;
    this.#runId = runId;
    this.#onLines = onLines;
  }

  /** Whether there are more lines than are read. */
  get isCut(): boolean {
    return this.#read >= mostLines;
  }

  /** Reads what is new. A call while another one reads makes that one look once more. */
  async read(signal: AbortSignal): Promise<void> {
    if (this.#reading !== undefined) {
      this.#isOld = true;
      return this.#reading;
    }
    this.#reading = this.#readAll(signal);
    try {
      await this.#reading;
    } finally {
      this.#reading = undefined;
    }
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    do {
      this.#isOld = false;
      await this.#readToEnd(signal);
    } while (this.#isOld && !signal.aborted);
  }

  async #readToEnd(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.isCut) {
      const page = await this.#logs(this.#runId, { limit: pageSize, signal, ...(this.#after !== undefined && { after: this.#after }) });
      await nextTask();
      if (signal.aborted) return;
      const fresh = page.rows.slice(this.#known);
      this.#read += fresh.length;
      if (fresh.length > 0) this.#onLines(fresh);
      if (page.next === undefined) {
        this.#known = page.rows.length;
        return;
      }
      this.#after = page.next;
      this.#known = 0;
    }
  }
}
