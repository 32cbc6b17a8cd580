import { isEdgewaterError } from "../../errors.ts";
import type { TableLocation } from "../store.ts";
import type { Action, CheckpointAction } from "./actions.ts";
import { ActionProblem, damaged } from "./damage.ts";
import type { Fields } from "./fields.ts";
import { type JsonObject, parseJson, printJson } from "./json.ts";
import { readAction } from "./read-action.ts";

/** Bytes that are decoded at a time, so that no text is as large as a file. */
const decodedBytes = 1 << 20;

/** The longest line, in bytes: no action of a table has more. */
const longestLine = 1 << 27;

const newline = 10;

/**
 * Yields the actions of a commit, a compacted log or a checkpoint in JSON, in their order.
 *
 * @throws `Integrity` that names the file and the line, also for a file that ends within a line
 */
export function* readActions(table: TableLocation, key: string, bytes: Uint8Array): Generator<CheckpointAction> {
  let number = 0;
  for (const text of textsOf(table, key, bytes)) {
    for (const each of parseFiles(text) ?? linesOf(text)) {
      number++;
      try {
        if (typeof each === "string" && each.trim() === "") continue;
        const line = typeof each === "string" ? parseJson(each) : each;
        if (typeof line !== "object" || line === null || Array.isArray(line)) throw new ActionProblem("it is no object");
        const action = readAction(line as Fields);
        if (action !== undefined) yield action;
      } catch (error) {
        if (!(error instanceof SyntaxError || error instanceof ActionProblem || error instanceof RangeError)) throw error;
        throw damaged(table, key, `line ${number} is no action: ${error.message}`, error);
      }
    }
  }
}

/**
 * Parses lines that all add or remove files, at once, which is faster than one by one; undefined where another line is among them, or a
 * damaged one. Of the numbers of such lines only those of numbered rows may be so large that `JSON.parse` rounds them and are not
 * refused: `baseRowId` and `defaultRowCommitVersion`.
 */
function parseFiles(text: string): readonly JsonObject[] | undefined {
  if (text.includes("Row")) return undefined;
  const end = text.endsWith("\n") ? text.length - 1 : text.length;
  let count = 0;
  for (let from = 0; from < end; count++) {
    if (!text.startsWith('{"add":', from) && !text.startsWith('{"remove":', from)) return undefined;
    const next = text.indexOf("\n", from);
    from = next < 0 ? end : next + 1;
  }
  try {
    const lines = JSON.parse(`[${text.slice(0, end).replaceAll("\n", ",")}]`) as readonly JsonObject[];
    // Two damaged lines may be one object together.
    return lines.length === count ? lines : undefined;
  } catch {
    return undefined;
  }
}

/** Prints the actions of a commit: a line for each. */
export function printActions(actions: Iterable<Action>): string {
  let text = "";
  for (const action of actions) text += `${printJson(action)}\n`;
  return text;
}

/** Reads a whole file of the log; undefined if it does not exist. */
export async function readLogFile(table: TableLocation, key: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await (await table.store.get(key, { signal })).bytes();
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** The text of a file, some whole lines at a time. */
function* textsOf(table: TableLocation, key: string, bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  for (let start = 0; start < bytes.length; ) {
    const end = endOfLines(bytes, start);
    if (end - start > longestLine) throw damaged(table, key, `it has a line of more than ${longestLine} bytes`);
    let text: string;
    try {
      text = decoder.decode(bytes.subarray(start, end));
    } catch (error) {
      throw damaged(table, key, "it is no UTF-8", error);
    }
    yield text;
    start = end;
  }
}

/** Splitting by hand keeps no array of all lines. */
function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const next = text.indexOf("\n", from);
    yield next < 0 ? text.slice(from) : text.slice(from, next);
    from = next < 0 ? text.length : next + 1;
  }
}

/** Where the last line ends that is whole within the bytes to decode; a longer line is taken whole. */
function endOfLines(bytes: Uint8Array, start: number): number {
  if (bytes.length - start <= decodedBytes) return bytes.length;
  const last = bytes.lastIndexOf(newline, start + decodedBytes);
  if (last >= start) return last + 1;
  const next = bytes.indexOf(newline, start + decodedBytes);
  return next < 0 ? bytes.length : next + 1;
}
