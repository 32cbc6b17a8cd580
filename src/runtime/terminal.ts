interface Runtimes {
  readonly process?: {
    readonly stderr?: { readonly isTTY?: boolean; readonly write?: (text: string) => unknown };
  };
}

/**
 * Writes a line to the terminal in which this process runs. Undefined where there is none: in a browser, in a Worker, in a service
 * whose output goes to a file.
 */
export function terminal(): ((line: string) => void) | undefined {
  const { process } = globalThis as Runtimes;
  const stream = process?.stderr;
  if (stream?.isTTY !== true || typeof stream.write !== "function") return undefined;
  return (line) => void stream.write?.(`${line}\n`);
}
