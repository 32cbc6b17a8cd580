import type { LogRecord, Storage } from "../storage/types.ts";
import type { LogsQuery, Page } from "./inspection.ts";
import { runOf } from "./run-view.ts";

/** How many lines a page has unless a number is given. */
const defaultLimit = 200;

/** Reads logs page by page. The log of a run that has ended is kept, so that paging through it reads it once. */
export class LogPages {
  readonly #storage: Storage;
  #kept: { readonly runId: string; readonly lines: readonly LogRecord[] } | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /**
   * Lines after those that were read. `next` counts them, so that it also asks for lines that are written later.
   *
   * @throws `NotFound` for an unknown run
   */
  async read(runId: string, { after = "0", limit = defaultLimit }: LogsQuery): Promise<Page<LogRecord>> {
    const lines = await this.#linesOf(runId);
    const from = /^\d+$/.test(after) ? Number(after) : 0;
    const rows = lines.slice(from, from + limit);
    const end = from + rows.length;
    return { rows, ...(end < lines.length && { next: String(end) }) };
  }

  async #linesOf(runId: string): Promise<readonly LogRecord[]> {
    if (this.#kept?.runId === runId) return this.#kept.lines;
    const run = await runOf(this.#storage, runId);
    const lines = await this.#storage.getRunLogs(runId);
    // A run that was interrupted may be resumed.
    const hasEnded = run.status !== "Started" && run.status !== "Interrupted";
    if (hasEnded) this.#kept = { runId, lines };
    return lines;
  }
}
