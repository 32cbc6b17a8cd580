/** The program that this process runs: its end, and the files of its container. In Node, Deno and Bun. */
import { EdgewaterError } from "../errors.ts";

interface Process {
  exit(code: number): never;
  once(signal: "SIGTERM", listener: () => void): unknown;
  readonly stderr: { write(text: string): unknown };
  readonly getBuiltinModule?: (name: string) => unknown;
}

interface Files {
  readFile(path: string, encoding: "utf8"): Promise<string>;
}

/** What a program can do with its process. */
export interface Program {
  readonly exit: (code: number) => never;
  /** Calls a function when the process is told to end (`SIGTERM`). */
  readonly onTerminate: (listener: () => void) => void;
  /** Writes a line to the standard error. */
  readonly complain: (line: string) => void;
}

/** This process; undefined where a program cannot end it: in a browser, and in a Worker. */
export function currentProgram(): Program | undefined {
  const { process } = globalThis as { readonly process?: Partial<Process> };
  if (typeof process?.exit !== "function" || typeof process.once !== "function" || process.getBuiltinModule === undefined) return undefined;
  const { exit, once, stderr } = process as Process;
  return {
    exit: exit.bind(process),
    onTerminate: (listener) => void once.call(process, "SIGTERM", listener),
    complain: (line) => void stderr.write(`${line}\n`),
  };
}

/**
 * Reads a file as text.
 *
 * @throws `NotSupported` where the runtime has no files, and what the file system says
 */
export async function readTextFile(path: string): Promise<string> {
  const { process } = globalThis as { readonly process?: Partial<Process> };
  const files = process?.getBuiltinModule?.("node:fs/promises") as Files | undefined;
  if (files === undefined) throw new EdgewaterError("NotSupported", `Cannot read ${path}: this runtime has no files`, { key: path });
  return files.readFile(path, "utf8");
}
