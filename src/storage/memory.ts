import { EdgewaterError } from "../errors.ts";
import type { Batch, EventsOptions, MaterializationEvent, RunRecord, RunsOptions, Storage } from "./types.ts";

const defaultLimit = 100;

/** Records in the memory of this process, gone when it is closed. */
export class MemoryStorage implements Storage {
  readonly name = "Storage.memory()";
  readonly #runs = new Map<string, RunRecord>();
  readonly #byAsset = new Map<string, MaterializationEvent[]>();
  readonly #byRun = new Map<string, MaterializationEvent[]>();
  #lastId = 0;
  #closed = false;

  async commit({ runs = [], events = [] }: Batch): Promise<readonly MaterializationEvent[]> {
    this.#checkOpen();
    const numbered = events.map((event) => Object.freeze({ ...event, id: ++this.#lastId }));
    for (const run of runs) this.#runs.set(run.runId, Object.freeze({ ...run }));
    for (const event of numbered) {
      append(this.#byAsset, event.assetKey, event);
      append(this.#byRun, event.runId, event);
    }
    return numbered;
  }

  async getRun(runId: string): Promise<RunRecord | undefined> {
    this.#checkOpen();
    return this.#runs.get(runId);
  }

  async getRuns({ limit = defaultLimit, status }: RunsOptions = {}): Promise<readonly RunRecord[]> {
    this.#checkOpen();
    const runs = [...this.#runs.values()].reverse();
    return runs.filter((run) => status === undefined || run.status === status).slice(0, limit);
  }

  async getEventsForAsset(assetKey: string, { limit = defaultLimit }: EventsOptions = {}): Promise<readonly MaterializationEvent[]> {
    this.#checkOpen();
    const events = this.#byAsset.get(assetKey) ?? [];
    return events.slice(Math.max(0, events.length - limit)).reverse();
  }

  async getEventsForRun(runId: string): Promise<readonly MaterializationEvent[]> {
    this.#checkOpen();
    return [...(this.#byRun.get(runId) ?? [])];
  }

  async getLatestMaterialization(assetKey: string): Promise<MaterializationEvent | undefined> {
    this.#checkOpen();
    return this.#byAsset.get(assetKey)?.at(-1);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#runs.clear();
    this.#byAsset.clear();
    this.#byRun.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new EdgewaterError("Closed", `${this.name} is closed`, { store: this.name });
  }
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
