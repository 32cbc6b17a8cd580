import { fromBase64 } from "../../encoding/base64.ts";
import { EdgewaterError, throwIfAborted } from "../../errors.ts";
import type { Ask } from "../backend.ts";
import type { Batch } from "../batch.ts";
import type { NewEvent } from "../events.ts";
import type { AssetDefinition, LogRecord, RunRecord, TickRecord } from "../records.ts";
import type { ImportOptions } from "../types.ts";
import { definitionFrom, type EventJson, eventFrom, runFrom } from "../wire.ts";
import { exportVersion } from "./export.ts";

/** One line of an export: one of these fields. */
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

type Lists = Required<Omit<Batch, "preconditions" | "deletes">>;
type Growing = { readonly [Field in keyof Lists]: Lists[Field][number][] };

const emptyBatch = (): Growing => ({ runs: [], assets: [], events: [], logs: [], ticks: [], kv: [], dynamicPartitions: [] });

const batchSize = 500;

/** Takes the lines of an export, a few hundred records in each commit. */
export async function importRecords(
  lines: AsyncIterable<string> | Iterable<string>,
  ask: Ask,
  commit: (batch: Batch) => Promise<unknown>,
  store: string,
  { merge = false, signal }: ImportOptions,
): Promise<void> {
  const there = await whatIsThere(ask);
  if (!merge && !there.isEmpty) {
    const message = `${store} has records; import into one that is new, or with { merge: true }`;
    throw new EdgewaterError("AlreadyExists", message, { store });
  }
  const damaged = (what: string, cause?: unknown): EdgewaterError =>
    new EdgewaterError("Integrity", `Cannot import into ${store}: ${what}`, { store, cause });
  let batch = emptyBatch();
  let [count, size, isComplete] = [-1, 0, false];
  for await (const text of rowsOf(lines)) {
    throwIfAborted(signal, { store });
    const line = read(text, count + 2, damaged);
    if (count < 0) checkHeader(line, store, damaged);
    else if (line.end !== undefined) {
      if (line.end !== count) throw damaged(`it has ${count} records and says it has ${line.end}`);
      isComplete = true;
    } else size += add(batch, line, there, merge);
    if (!isComplete) count++;
    if (size < batchSize) continue;
    await commit(batch);
    [batch, size] = [emptyBatch(), 0];
  }
  if (!isComplete) throw damaged(count < 0 ? "there are no lines" : `it ends after ${count} records without saying that it is complete`);
  if (size > 0) await commit(batch);
}

interface There {
  readonly isEmpty: boolean;
  readonly runs: ReadonlySet<string>;
  readonly assets: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
}

async function whatIsThere(ask: Ask): Promise<There> {
  const [events, runs, kv, ticks] = await Promise.all([
    ask((backend) => backend.events({ limit: 1 })),
    ask((backend) => backend.runs({})),
    ask((backend) => backend.kvList("")),
    ask((backend) => backend.ticks({ limit: 1 })),
  ]);
  const assets = await ask((backend) => backend.definitions());
  return {
    isEmpty: events.length + runs.length + kv.length + ticks.length === 0,
    runs: new Set(runs.map(({ runId }) => runId)),
    assets: new Set(assets.map(({ assetKey }) => assetKey)),
    keys: new Set(kv.map(({ key }) => key)),
  };
}

/** Adds one record to a batch, and says how many that is. */
function add(batch: Growing, { asset, dynamicPartition, kv, run, log, tick, event }: Line, there: There, merge: boolean): number {
  if (asset && !(merge && there.assets.has(asset.assetKey))) batch.assets.push(definitionFrom(asset));
  else if (dynamicPartition) {
    const { definition, key } = dynamicPartition;
    batch.dynamicPartitions.push({ definition, add: [key] });
  } else if (kv && !there.keys.has(kv.key)) batch.kv.push({ key: kv.key, value: fromBase64(kv.value) });
  else if (run && !there.runs.has(run.runId)) batch.runs.push(runFrom(run));
  else if (log && !there.runs.has(log.runId)) batch.logs.push(log);
  else if (tick) batch.ticks.push(tick);
  else if (event && !there.runs.has(event["runId"] as string)) {
    const { id, ...unnumbered } = eventFrom(event);
    batch.events.push((merge ? unnumbered : { ...unnumbered, id }) as NewEvent);
  } else return 0;
  return 1;
}

function checkHeader({ edgewater, version = 0 }: Line, store: string, damaged: (what: string) => EdgewaterError): void {
  if (edgewater !== "records") throw damaged("its first line does not say that it is an export");
  if (version <= exportVersion) return;
  const message = `Cannot import into ${store}: the export has version ${version}, and this edgewater reads up to ${exportVersion}; use a newer one`;
  throw new EdgewaterError("SchemaMismatch", message, { store });
}

function read(text: string, number: number, damaged: (what: string, cause: unknown) => EdgewaterError): Line {
  try {
    return JSON.parse(text) as Line;
  } catch (cause) {
    throw damaged(`line ${number} is not JSON`, cause);
  }
}

/** Lines of text, however it was cut into pieces on its way. */
async function* rowsOf(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const piece of pieces) {
    const rows = (rest + piece).split("\n");
    rest = rows.pop() ?? "";
    yield* rows.filter((row) => row !== "");
  }
  if (rest !== "") yield rest;
}
