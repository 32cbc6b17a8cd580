import { EdgewaterError, throwIfAborted, thrownText } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import type { Batch } from "../batch.ts";
import type { AnyEvent, NewEvent } from "../events.ts";
import { eventJson } from "../record-json.ts";
import type { AssetDefinition, KvEntry, RunRecord, TickRecord } from "../records.ts";
import type { ImportOptions } from "../types.ts";
import { exportVersion } from "./export.ts";
import { type ImportRow, importRow } from "./import-line.ts";

/** A batch of rows to add, with arrays to append to. */
type Lists = Required<Omit<Batch, "id" | "preconditions" | "leases" | "deletes">>;
type Growing = { readonly [Field in keyof Lists]: Lists[Field][number][] };

const emptyBatch = (): Growing => ({ runs: [], assets: [], events: [], logs: [], ticks: [], kv: [], dynamicPartitions: [] });

const batchSize = 500;

/**
 * Imports the lines of an export, several hundred rows in each commit.
 *
 * @throws `AlreadyExists`, `Integrity`, `SchemaMismatch`, see `Storage.import`
 */
export async function importLines(
  lines: AsyncIterable<string> | Iterable<string>,
  backend: Backend,
  commit: (batch: Batch) => Promise<readonly AnyEvent[]>,
  { merge = false, signal }: ImportOptions,
): Promise<void> {
  const { name: store } = backend;
  const existing = await Existing.in(backend);
  if (!merge && !existing.isEmpty) {
    const message = `Cannot import into ${store}: it is not empty; import into a new Storage, or pass { merge: true }`;
    throw new EdgewaterError("AlreadyExists", message, { store });
  }
  const damaged: Damaged = (reason, cause) => new EdgewaterError("Integrity", `Cannot import into ${store}: ${reason}`, { store, cause });
  let batch = emptyBatch();
  let [count, size, lastId, isComplete] = [-1, 0, 0, false];
  const ids = new NewIds();
  const flush = async (): Promise<void> => {
    if (size > 0) ids.given(await commit(batch));
    [batch, size] = [emptyBatch(), 0];
  };
  for await (const text of splitLines(lines)) {
    throwIfAborted(signal, { store });
    const number = count + 2;
    if (isComplete) throw damaged(`line ${number + 1} comes after the last line of the export`);
    const line = parseLine(text, number, damaged);
    if (count < 0) {
      checkHeader(line, store, damaged);
      count++;
      continue;
    }
    const row = checkedRow(line, number, damaged);
    if (row.kind === "end") {
      if (row.row !== count) throw damaged(`the export has ${count} rows, and its last line says ${row.row}; export it again`);
      isComplete = true;
      continue;
    }
    if (row.kind === "event") {
      if (row.row.id <= lastId) throw damaged(`line ${number} has the event ${row.row.id} after the event ${lastId}; ids must grow`);
      lastId = row.row.id;
      if (merge && ids.isAwaited(row.row)) await flush();
    }
    count++;
    if (await existing.has(row, merge)) continue;
    size += add(batch, row, merge ? ids : undefined);
    if (size >= batchSize) await flush();
  }
  if (!isComplete)
    throw damaged(count < 0 ? "there are no lines" : `the export ends after ${count} rows without its last line; export it again`);
  await flush();
}

/** The ids that a merge gives to events, by the ids that they have in the export. */
class NewIds {
  readonly #known = new Map<number, number>();
  /** The ids in the export of the events of the batch at hand. */
  #pending: number[] = [];

  /** Takes note of an event of the batch at hand. */
  await(id: number): void {
    this.#pending.push(id);
  }

  /** Takes note of the events of the batch at hand, which now have their ids. */
  given(events: readonly AnyEvent[]): void {
    for (const [index, id] of this.#pending.entries()) this.#known.set(id, events[index]?.id ?? 0);
    this.#pending = [];
  }

  /** The new id; undefined for an event that was not imported. */
  of(id: number): number | undefined {
    return this.#known.get(id);
  }

  /** Whether an event refers to another one of the batch at hand, whose id is not known yet. */
  isAwaited(event: AnyEvent): boolean {
    return event.eventType === "Verification" && this.#pending.includes(event.materializationId);
  }
}

type Damaged = (reason: string, cause?: unknown) => EdgewaterError;

/** The rows that a Storage has before an import, which a merge keeps and does not add again. */
class Existing {
  readonly #backend: Backend;
  readonly #runs: ReadonlySet<string>;
  readonly #assets: ReadonlySet<string>;
  readonly #keys: ReadonlySet<string>;
  readonly #ticks: Counts;
  /** The events and the log of runs that are there, read when the import comes to the run. */
  readonly #events = new Map<string, Counts>();
  readonly #logs = new Map<string, Counts>();
  readonly isEmpty: boolean;

  private constructor(backend: Backend, rows: ExistingRows) {
    this.#backend = backend;
    this.#runs = new Set(rows.runs.map(({ runId }) => runId));
    this.#assets = new Set(rows.assets.map(({ assetKey }) => assetKey));
    this.#keys = new Set(rows.kv.map(({ key }) => key));
    this.#ticks = new Counts(rows.ticks.map(textOf));
    this.isEmpty = rows.events.length + rows.runs.length + rows.kv.length + rows.ticks.length === 0;
  }

  static async in(backend: Backend): Promise<Existing> {
    const [events, runs, kv, ticks, assets] = await Promise.all([
      backend.events({ limit: 1 }),
      backend.runs({}),
      backend.kvList(""),
      backend.ticks({}),
      backend.definitions(),
    ]);
    return new Existing(backend, { events, runs, kv, ticks, assets });
  }

  /** Whether the Storage has the row. An event, a log line or a tick that it has twice is there twice. */
  async has(imported: ImportRow, merge: boolean): Promise<boolean> {
    const { kind, row } = imported;
    if (kind === "asset") return merge && this.#assets.has(row.assetKey);
    if (kind === "kv") return this.#keys.has(row.key);
    if (kind === "run") return this.#runs.has(row.runId);
    if (kind === "tick") return this.#ticks.take(textOf(row));
    if (kind === "log") return this.#runs.has(row.runId) && (await this.#logsOf(row.runId)).take(textOf(row));
    return kind === "event" && this.#runs.has(row.runId) && (await this.#eventsOf(row.runId)).take(eventText(row));
  }

  async #logsOf(runId: string): Promise<Counts> {
    const known = this.#logs.get(runId) ?? new Counts((await this.#backend.logs(runId)).map(textOf));
    this.#logs.set(runId, known);
    return known;
  }

  async #eventsOf(runId: string): Promise<Counts> {
    const known = this.#events.get(runId) ?? new Counts((await this.#backend.events({ runId })).map(eventText));
    this.#events.set(runId, known);
    return known;
  }
}

interface ExistingRows {
  readonly events: readonly AnyEvent[];
  readonly runs: readonly RunRecord[];
  readonly kv: readonly KvEntry[];
  readonly ticks: readonly TickRecord[];
  readonly assets: readonly AssetDefinition[];
}

/** How often each text is there. */
class Counts {
  readonly #counts = new Map<string, number>();

  constructor(texts: readonly string[]) {
    for (const text of texts) this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
  }

  /** Takes one away; returns whether there was one. */
  take(text: string): boolean {
    const count = this.#counts.get(text) ?? 0;
    if (count > 0) this.#counts.set(text, count - 1);
    return count > 0;
  }
}

/** A row as a text that does not depend on the order of its fields. */
function textOf(row: unknown): string {
  return JSON.stringify(row, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
}

/** An event without ids, which are others in each Storage. */
function eventText(event: AnyEvent): string {
  return textOf({ ...eventJson(event), id: undefined, inputEventIds: undefined, materializationId: undefined });
}

/** Adds a row to a batch. Returns the number of added rows. A merge has `ids`. */
function add(batch: Growing, { kind, row }: ImportRow, ids: NewIds | undefined): number {
  if (kind === "asset") batch.assets.push(row);
  else if (kind === "dynamicPartition") batch.dynamicPartitions.push({ definition: row.definition, add: [row.key] });
  else if (kind === "kv") batch.kv.push(row);
  else if (kind === "run") batch.runs.push(row);
  else if (kind === "log") batch.logs.push(row);
  else if (kind === "tick") batch.ticks.push(row);
  else if (kind === "event") return addEvent(batch, row, ids);
  return 1;
}

function addEvent(batch: Growing, event: AnyEvent, ids: NewIds | undefined): number {
  const imported = ids === undefined ? (event as NewEvent) : withoutIds(event, ids);
  if (imported === undefined) return 0;
  ids?.await(event.id);
  batch.events.push(imported);
  return 1;
}

/** An event for a merge: without ids of the other Storage. Undefined for a look at a value that was not imported. */
function withoutIds({ id: _, inputEventIds: __, ...event }: AnyEvent, ids: NewIds): NewEvent | undefined {
  if (event.eventType !== "Verification") return event as NewEvent;
  const materializationId = ids.of(event.materializationId);
  return materializationId === undefined ? undefined : ({ ...event, materializationId } as NewEvent);
}

/** Checks the first line. */
function checkHeader(line: unknown, store: string, damaged: Damaged): void {
  const { edgewater, version = 0 } = (line ?? {}) as { readonly edgewater?: unknown; readonly version?: unknown };
  if (edgewater !== "records" || typeof version !== "number")
    throw damaged('the first line is not the first line of an export, {"edgewater":"records",…}');
  if (version <= exportVersion) return;
  const message = `Cannot import into ${store}: the export has version ${version}, and this edgewater reads versions up to ${exportVersion}; use a later edgewater`;
  throw new EdgewaterError("SchemaMismatch", message, { store });
}

function checkedRow(line: unknown, number: number, damaged: Damaged): ImportRow {
  try {
    return importRow(line);
  } catch (cause) {
    throw damaged(`line ${number} ${thrownText(cause)}; export it again`, cause);
  }
}

function parseLine(text: string, number: number, damaged: Damaged): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(`line ${number} is not JSON`, cause);
  }
}

/** The lines of a text that arrives in pieces of any size. */
async function* splitLines(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
  if (rest !== "") yield rest;
}
