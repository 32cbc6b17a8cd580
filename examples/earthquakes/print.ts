/** How the demo shows the progress and the results of a run, in a terminal or in a file. */
import type { OnProgress } from "edgewater";

interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** In a terminal, draws a bar that grows with every step; elsewhere, writes one line per step. */
export function drawProgress(screen: Screen): OnProgress {
  let total = 0;
  let done = 0;
  const show = (text: string): void => {
    const bar = "█".repeat(Math.round((done / Math.max(total, 1)) * 24)).padEnd(24, "░");
    screen.write(screen.isTTY ? `\r\u001b[2K${bar} ${done}/${total} ${text}` : `${done}/${total} ${text}\n`);
  };
  return (event) => {
    switch (event.type) {
      case "run-start":
        total = event.steps.length;
        break;
      case "step-start":
        if (screen.isTTY) show(`materializing ${event.step}`);
        break;
      case "step-success":
        done++;
        show(`${event.step} in ${event.durationMs.toFixed(0)} ms`);
        break;
      case "step-failure":
        show(`${event.step} failed: ${String(event.error)}`);
        break;
      case "step-skipped":
        show(`${event.step} skipped because of ${event.because}`);
        break;
      case "run-end":
        show(`${event.success ? "done" : "failed"} in ${event.durationMs} ms`);
        if (screen.isTTY) screen.write("\n");
    }
  };
}

/** Prints rows as a table with columns as wide as their content. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  console.log(["", line(head), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n"));
}
