/** The process that a command runs in: its terminal, its folder and its files. */
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import own, { cwd, exit, stderr, stdin, stdout, version, versions } from "node:process";
import { pathToFileURL } from "node:url";

/** Writes what the command was asked for, and waits until a pipe has taken it. */
export async function print(text: string): Promise<void> {
  await printed(`${text}\n`);
}

async function printed(text: string): Promise<void> {
  await new Promise<void>((done) => stdout.write(text, () => done()));
}

/** Writes what is beside it: progress and errors. */
export function note(text: string): void {
  stderr.write(text);
}

/** Whether people see the progress. */
export function isTerminal(): boolean {
  return stderr.isTTY === true;
}

/** The width of the terminal. */
export function columns(): number {
  return stderr.columns ?? 80;
}

/** Aborts at the first Ctrl+C; a second one ends the process at once. */
export function interruption(): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) exit(130);
    controller.abort(new Error("interrupted"));
  };
  own.on("SIGINT", stop);
  return { signal: controller.signal, end: () => void own.off("SIGINT", stop) };
}

/** A path, seen from the folder of the process. */
export function absolute(path: string): string {
  return resolve(cwd(), path);
}

export function exists(path: string): boolean {
  return existsSync(absolute(path));
}

/** The URL of a file, for an import. */
export function urlOf(path: string): string {
  return pathToFileURL(absolute(path)).href;
}

export async function readText(path: string | URL): Promise<string> {
  return readFile(path instanceof URL ? path : absolute(path), "utf8");
}

/** Writes a file, with the folders that it is in: whole, or what was there stays. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeLines(
    path,
    (async function* () {
      yield text;
    })(),
  );
}

/** Writes lines, each with its end, to the standard output or to a file: whole, or what was there stays. */
export async function writeLines(path: string | undefined, lines: AsyncIterable<string>): Promise<number> {
  if (path === undefined) return eachLine(lines, printed);
  const target = await targetOf(absolute(path));
  const unfinished = target.isReplaced ? `${target.path}.${crypto.randomUUID()}.tmp` : target.path;
  try {
    const file = await open(unfinished, target.isReplaced ? "wx" : "w");
    let count: number;
    try {
      count = await eachLine(lines, async (line) => void (await file.write(line)));
      if (target.isReplaced) await file.sync();
    } finally {
      await file.close();
    }
    if (target.isReplaced) await rename(unfinished, target.path);
    return count;
  } catch (error) {
    if (target.isReplaced) await rm(unfinished, { force: true });
    throw error;
  }
}

async function eachLine(lines: AsyncIterable<string>, write: (line: string) => Promise<void>): Promise<number> {
  let count = 0;
  for await (const line of lines) {
    await write(line);
    count++;
  }
  return count;
}

/** Where a path leads, and whether a new file takes its place: a pipe or a device is written to instead. */
async function targetOf(path: string): Promise<{ readonly path: string; readonly isReplaced: boolean }> {
  await mkdir(dirname(path), { recursive: true });
  if (!existsSync(path)) return { path, isReplaced: true };
  return { path: await realpath(path), isReplaced: (await stat(path)).isFile() };
}

/** The lines of a file, or of the standard input for `-`, each with its end. */
export async function* readLines(path: string): AsyncGenerator<string> {
  const source = path === "-" ? stdin : createReadStream(absolute(path));
  let rest = "";
  for await (const part of source.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield `${line}\n`;
  }
  if (rest !== "") yield `${rest}\n`;
}

/** The runtime with its version, such as `Node 24.21.0`. */
export function runtimeName(): string {
  if (versions["bun"] !== undefined) return `Bun ${versions["bun"]}`;
  return versions["deno"] !== undefined ? `Deno ${versions["deno"]}` : `Node ${version.slice(1)}`;
}
