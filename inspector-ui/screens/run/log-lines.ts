/** The lines of a run's log, from the records and live, each once and in order, and those of them that are shown. */
import type { LogRecord } from "../../../src/storage/records.ts";

export type LogLevel = LogRecord["level"];

/** The least level that is shown, and a text that a line must have in its step or its message. */
export interface LogFilter {
  readonly least: LogLevel;
  readonly find: string;
}

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Lines that grow at their end: adding some looks at these only, not at those that are there. */
export class LogLines {
  #lines: LogRecord[] = [];
  #shown: LogRecord[] = [];
  #filter: LogFilter = { least: "debug", find: "" };
  readonly #counts = { debug: 0, info: 0, warn: 0, error: 0 };
  /** How often a line came from the records, and live: the same line comes from both. */
  readonly #seen = { recorded: new Map<string, number>(), live: new Map<string, number>() };

  get shown(): readonly LogRecord[] {
    return this.#shown;
  }

  get total(): number {
    return this.#lines.length;
  }

  get counts(): Readonly<Record<LogLevel, number>> {
    return this.#counts;
  }

  /** Adds lines and returns how many of them were new. A line that is older than the last one goes to where it belongs. */
  add(lines: readonly LogRecord[], source: "recorded" | "live"): number {
    let added = 0;
    for (const line of lines) {
      if (!this.#isNew(line, source)) continue;
      added++;
      this.#counts[line.level]++;
      insert(this.#lines, line);
      if (this.#isShown(line)) insert(this.#shown, line);
    }
    return added;
  }

  filter(filter: LogFilter): void {
    this.#filter = { ...filter, find: filter.find.toLowerCase() };
    this.#shown = this.#lines.filter((line) => this.#isShown(line));
  }

  #isNew({ timestamp, step, level, message }: LogRecord, source: "recorded" | "live"): boolean {
    const key = JSON.stringify([timestamp, step, level, message]);
    const other = this.#seen[source === "live" ? "recorded" : "live"].get(key) ?? 0;
    const count = (this.#seen[source].get(key) ?? 0) + 1;
    this.#seen[source].set(key, count);
    return count > other;
  }

  #isShown({ level, step, message }: LogRecord): boolean {
    const { least, find } = this.#filter;
    if (rank[level] < rank[least]) return false;
    return find === "" || message.toLowerCase().includes(find) || step.toLowerCase().includes(find);
  }
}

/** Puts a line behind all that are not younger. Lines come almost in order, so this looks from the end. */
function insert(lines: LogRecord[], line: LogRecord): void {
  if ((lines.at(-1)?.timestamp ?? Number.NEGATIVE_INFINITY) <= line.timestamp) {
    lines.push(line);
    return;
  }
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as LogRecord).timestamp <= line.timestamp) low = middle + 1;
    else high = middle;
  }
  lines.splice(low, 0, line);
}

/** Where a log is scrolled to. Pixels. */
export interface ScrollPlace {
  readonly top: number;
  readonly height: number;
  readonly scrollHeight: number;
}

/** Whether a log follows its end after somebody has scrolled: at the end it does, above it does not. */
export const isAtEnd = ({ top, height, scrollHeight }: ScrollPlace): boolean => scrollHeight - height - top < 24;

/** The shown lines as text, one in a row, for the clipboard. */
export function logText(lines: readonly LogRecord[]): string {
  return lines
    .map(({ timestamp, level, step, message }) => `${new Date(timestamp).toISOString()} ${level.padEnd(5)} ${step}  ${message}`)
    .join("\n");
}
