/** Imports a file of records, or of records and values: checked as a whole before any record is written. */
import { fromBase64 } from "../encoding/base64.ts";
import { EdgewaterError, isEdgewaterError, throwIfAborted } from "../errors.ts";
import { Storage } from "../storage/storage.ts";
import { damagedFile, type FileLine, fileVersion, linesIn, type ObjectLine } from "./file-format.ts";
import { ImportedObjects } from "./imported-objects.ts";
import type { ImportQuery, ImportView } from "./inspection.ts";
import type { Subject } from "./subject.ts";

/** What a file has, as far as it was read. */
interface Contents {
  readonly records: string[];
  events: number;
  runs: number;
}

/**
 * Values are written first, where nothing else is; if anything of the file turns out to be wrong they are deleted again, and the
 * records stay as they were.
 *
 * @throws `Integrity` for a damaged or incomplete file, `SchemaMismatch` for one of a later version, `AlreadyExists` when there are
 *   records or other values and `merge` is not given
 */
export async function importFile(
  subject: Subject,
  file: ReadableStream<Uint8Array>,
  { merge = false, dryRun = false, signal }: ImportQuery,
): Promise<ImportView> {
  const { storage } = subject;
  if (storage.isReadOnly)
    throw new EdgewaterError("PermissionDenied", `Cannot import into ${storage.name}: it was opened with { readOnly: true }`, {
      store: storage.name,
    });
  if (!merge) await checkEmpty(storage);
  const contents: Contents = { records: [], events: 0, runs: 0 };
  const objects = new ImportedObjects(subject, { merge, dryRun, signal });
  try {
    await readFile(file, contents, objects, signal);
    await checkRecords(contents.records);
  } catch (error) {
    await objects.undo();
    throw error;
  }
  if (!dryRun) await storage.import(withEnds(contents.records), { merge, ...(signal && { signal }) });
  const { events, runs } = contents;
  return { events, runs, values: objects.values, bytes: objects.bytes, notes: objects.notes };
}

async function checkEmpty(storage: Subject["storage"]): Promise<void> {
  const [runs, entries] = await Promise.all([storage.getRuns({ limit: 1 }), storage.kvList()]);
  if (runs.length + entries.length === 0) return;
  const message = `Cannot import into ${storage.name}: it has records already; import into a new Storage, or pass { merge: true }`;
  throw new EdgewaterError("AlreadyExists", message, { store: storage.name });
}

async function readFile(
  file: ReadableStream<Uint8Array>,
  contents: Contents,
  objects: ImportedObjects,
  signal: AbortSignal | undefined,
): Promise<void> {
  let [count, isWhole, hasValues, isInRecords] = [0, false, false, false];
  for await (const text of linesIn(file)) {
    throwIfAborted(signal);
    if (isWhole) throw damagedFile("it goes on after its last line");
    count++;
    const line = parsed(text, count);
    if (count === 1 && "edgewater" in line && line.edgewater === "inspection") {
      checkVersion(line.version);
      hasValues = true;
    } else if (isInRecords || (line as { readonly edgewater?: unknown }).edgewater === "records") {
      const end = hasValues && "end" in line ? (line.end as { readonly lines?: unknown; readonly values?: unknown } | number) : 0;
      if (typeof end === "object") {
        if (end.lines !== count - 1 || end.values !== objects.read) throw damagedFile("lines of it are missing");
        isWhole = true;
        continue;
      }
      if (!isInRecords) await objects.end();
      isInRecords = true;
      contents.records.push(text);
      if ("event" in line) contents.events++;
      if ("run" in line) contents.runs++;
      if (!hasValues && "end" in line) isWhole = true;
    } else if (hasValues && "value" in line) {
      await objects.begin(checkedObject(line.value, count));
    } else if (hasValues && "bytes" in line) {
      objects.add(bytesOf(line.bytes, count));
    } else throw damagedFile(count === 1 ? "it does not begin as an export does" : `its line ${count} does not belong to an export`);
  }
  if (!isWhole) throw damagedFile(count === 0 ? "it is empty" : "its end is missing");
}

function parsed(text: string, number: number): FileLine | Readonly<Record<string, unknown>> {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line === "object" && line !== null && !Array.isArray(line)) return line as FileLine;
  } catch (cause) {
    throw damagedFile(`its line ${number} is not JSON`, cause);
  }
  throw damagedFile(`its line ${number} is not an object`);
}

function checkVersion(version: unknown): void {
  if (version === fileVersion) return;
  const message = `Cannot import the file: it has version ${JSON.stringify(version)}, and this edgewater reads version ${fileVersion}; use a later edgewater`;
  throw new EdgewaterError("SchemaMismatch", message);
}

function checkedObject(value: unknown, number: number): ObjectLine {
  const { asset, key, size, partition, metadata } = (typeof value === "object" && value !== null ? value : {}) as Partial<ObjectLine>;
  const isValid =
    typeof asset === "string" &&
    typeof key === "string" &&
    Number.isSafeInteger(size) &&
    (partition === undefined || typeof partition === "string") &&
    (metadata === undefined || (typeof metadata === "object" && Object.values(metadata).every((each) => typeof each === "string")));
  if (isValid) return value as ObjectLine;
  throw damagedFile(`its line ${number} does not describe an object`);
}

function bytesOf(text: unknown, number: number): Uint8Array {
  try {
    return fromBase64(text as string);
  } catch (cause) {
    throw damagedFile(`its line ${number} is not base64`, cause);
  }
}

/** Imports the records into memory, which checks every row as the import into the Storage does. */
async function checkRecords(records: readonly string[]): Promise<void> {
  await using copy = Storage.memory();
  try {
    await copy.import(withEnds(records));
  } catch (error) {
    if (isEdgewaterError(error, "SchemaMismatch")) throw error;
    throw damagedFile(error instanceof Error ? error.message.replace(/^Cannot import into [^:]*: /, "") : "its records are damaged", error);
  }
}

function* withEnds(lines: readonly string[]): Generator<string, void, void> {
  for (const line of lines) yield `${line}\n`;
}
