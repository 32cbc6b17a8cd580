import { fromBase64 } from "../../encoding/base64.ts";
import { EdgewaterError, throwIfAborted } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import type { Batch } from "../batch.ts";
import type { AnyEvent, NewEvent } from "../events.ts";
import { definitionFrom, type EventJson, eventFrom, runFrom } from "../record-json.ts";
import type { AssetDefinition, LogRecord, RunRecord, TickRecord } from "../records.ts";
import type { ImportOptions } from "../types.ts";
import { exportVersion } from "./export.ts";

/** One line of an export: the first line has `edgewater` and `version`, every other line one of the other fields. */
interface Line {
  readonly edgewater?: "records";
  readonly version?: number;
  readonly asset?: AssetDefinition;
  readonly dynamicPartition?: { readonly definition: string; readonly key: string };
  readonly kv?: { readonly key: string; readonly value: string };
  readonly run?: RunRecord;
  readonly log?: LogRecord;
  readonly tick?: TickRecord;
  readonly event?: EventJson;
  readonly end?: number;
}

/** A batch of rows to add, with arrays to append to. */
type Lists = Required<Omit<Batch, "preconditions" | "leases" | "deletes">>;
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
  const existing = await existingRows(backend);
  if (!merge && !existing.isEmpty) {
    const message = `Cannot import into ${store}: it is not empty; import into a new Storage, or pass { merge: true }`;
    throw new EdgewaterError("AlreadyExists", message, { store });
  }
  const damaged: Damaged = (reason, cause) => new EdgewaterError("Integrity", `Cannot import into ${store}: ${reason}`, { store, cause });
  let batch = emptyBatch();
  let [count, size, isComplete] = [-1, 0, false];
  const ids = new NewIds();
  const flush = async (): Promise<void> => {
    if (size > 0) ids.given(await commit(batch));
    [batch, size] = [emptyBatch(), 0];
  };
  for await (const text of splitLines(lines)) {
    throwIfAborted(signal, { store });
    const line = parseLine(text, count + 2, damaged);
    if (count < 0) checkHeader(line, store, damaged);
    else if (line.end !== undefined) {
      if (line.end !== count) throw damaged(`the export has ${count} rows, and its last line says ${line.end}; export it again`);
      isComplete = true;
    } else {
      if (merge && ids.isAwaited(line.event)) await flush();
      size += add(batch, line, existing, merge ? ids : undefined);
    }
    if (!isComplete) count++;
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
  isAwaited(event: EventJson | undefined): boolean {
    return event?.["eventType"] === "Verification" && this.#pending.includes(event["materializationId"] as number);
  }
}

type Damaged = (reason: string, cause?: unknown) => EdgewaterError;

/** The rows that a Storage has before an import, which a merge keeps. */
interface Existing {
  readonly isEmpty: boolean;
  readonly runs: ReadonlySet<string>;
  readonly assets: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
}

async function existingRows(backend: Backend): Promise<Existing> {
  const [events, runs, kv, ticks] = await Promise.all([
    backend.events({ limit: 1 }),
    backend.runs({}),
    backend.kvList(""),
    backend.ticks({ limit: 1 }),
  ]);
  const assets = await backend.definitions();
  return {
    isEmpty: events.length + runs.length + kv.length + ticks.length === 0,
    runs: new Set(runs.map(({ runId }) => runId)),
    assets: new Set(assets.map(({ assetKey }) => assetKey)),
    keys: new Set(kv.map(({ key }) => key)),
  };
}

/** Adds the row of one line to a batch, unless the Storage has it. Returns the number of added rows. A merge has `ids`. */
function add(
  batch: Growing,
  { asset, dynamicPartition, kv, run, log, tick, event }: Line,
  existing: Existing,
  ids: NewIds | undefined,
): number {
  if (asset && !(ids && existing.assets.has(asset.assetKey))) batch.assets.push(definitionFrom(asset));
  else if (dynamicPartition) {
    const { definition, key } = dynamicPartition;
    batch.dynamicPartitions.push({ definition, add: [key] });
  } else if (kv && !existing.keys.has(kv.key)) batch.kv.push({ key: kv.key, value: fromBase64(kv.value) });
  else if (run && !existing.runs.has(run.runId)) batch.runs.push(runFrom(run));
  else if (log && !existing.runs.has(log.runId)) batch.logs.push(log);
  else if (tick) batch.ticks.push(tick);
  else if (event && !existing.runs.has(event["runId"] as string)) {
    const imported = eventFrom(event);
    if (ids === undefined) batch.events.push(imported as NewEvent);
    else {
      const renumbered = withoutIds(imported, ids);
      if (renumbered === undefined) return 0;
      ids.await(imported.id);
      batch.events.push(renumbered);
    }
  } else return 0;
  return 1;
}

/** An event for a merge: without ids of the other Storage. Undefined for a look at a value that was not imported. */
function withoutIds({ id: _, inputEventIds: __, ...event }: AnyEvent, ids: NewIds): NewEvent | undefined {
  if (event.eventType !== "Verification") return event as NewEvent;
  const materializationId = ids.of(event.materializationId);
  return materializationId === undefined ? undefined : ({ ...event, materializationId } as NewEvent);
}

/** Checks the first line. */
function checkHeader({ edgewater, version = 0 }: Line, store: string, damaged: Damaged): void {
  if (edgewater !== "records") throw damaged('the first line is not the first line of an export, {"edgewater":"records",…}');
  if (version <= exportVersion) return;
  const message = `Cannot import into ${store}: the export has version ${version}, and this edgewater reads versions up to ${exportVersion}; use a later edgewater`;
  throw new EdgewaterError("SchemaMismatch", message, { store });
}

function parseLine(text: string, number: number, damaged: Damaged): Line {
  try {
    return JSON.parse(text) as Line;
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
