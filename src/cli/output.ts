/** How commands show tables, times and progress. */
import { EdgewaterError, isEdgewaterError, thrownText } from "../errors.ts";
import type { OnProgress } from "../run/run-environment.ts";
import { columns, isTerminal, note } from "./host.ts";

/** Rows as a table with columns as wide as their content. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), title.length));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

export function timeText(ms: number | undefined): string {
  return ms === undefined ? "" : new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

export function durationText(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** How many of what: `1 run`, `2 runs`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** An error as people read it: its code, its message, and what caused it when that says more. */
export function errorText(error: unknown): string {
  const text = isEdgewaterError(error) ? `${error.code}: ${error.message}` : thrownText(error);
  const cause = error instanceof EdgewaterError ? error.cause : undefined;
  const why = cause === undefined || cause === null ? "" : thrownText(cause);
  return why === "" || text.includes(why) ? text : `${text}\n  caused by: ${why}`;
}

/** In a terminal, a bar that grows with every step; elsewhere, a line for each step that has ended. */
export function progress(isJson: boolean): OnProgress {
  if (isJson) return () => {};
  const isDrawn = isTerminal();
  let [total, done] = [0, 0];
  const show = (text: string): void => {
    const bar = "█".repeat(Math.round((done / Math.max(total, 1)) * 24)).padEnd(24, "░");
    const line = `${bar} ${done}/${total} ${text}`;
    note(isDrawn ? `\r\u001b[2K${line.slice(0, columns() - 1)}` : `${done}/${total} ${text}\n`);
  };
  return (event) => {
    switch (event.type) {
      case "run-start":
        total += event.steps.length;
        break;
      case "step-start":
        if (isDrawn) show(`making ${event.step}`);
        break;
      case "progress":
        if (isDrawn) show(`making ${event.step}: ${event.done} of ${event.total}`);
        break;
      case "step-retry":
        show(`${event.step}: retry ${event.retry} after ${thrownText(event.error)}`);
        break;
      case "step-success":
        done++;
        show(`${event.step} in ${durationText(event.durationMs)}`);
        break;
      case "step-failure":
        done++;
        show(`${event.step} failed: ${thrownText(event.error)}`);
        if (isDrawn) note("\n");
        break;
      case "step-skipped":
        done++;
        show(`${event.step} skipped: ${event.because}`);
        break;
      case "run-end":
        if (isDrawn) note("\r\u001b[2K");
    }
  };
}
