/** Command lines in this process, which starts quicker than one for each. */
import { stderr, stdout } from "node:process";
import { vi } from "vitest";
import { main } from "../../../src/cli/main.ts";

/** What a command line has written, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line to its end. */
export async function runHere(...args: readonly string[]): Promise<Outcome> {
  let [out, err] = ["", ""];
  const spies = [
    vi.spyOn(stdout, "write").mockImplementation(((text: string, done?: () => void) => {
      out += text;
      done?.();
      return true;
    }) as typeof stdout.write),
    vi.spyOn(stderr, "write").mockImplementation(((text: string) => {
      err += text;
      return true;
    }) as typeof stderr.write),
  ];
  try {
    return { code: await main(args), out, err };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
