import type { Graph } from "../run/graph.ts";
import { outputId } from "../run/plan.ts";
import type { AnyEvent, EventType, RunRecord, Storage } from "../storage/types.ts";

/** The events that start a step, end one, or make one of its outputs. */
const types: readonly EventType[] = [
  "RunStart",
  "StepStart",
  "StepSuccess",
  "StepFailure",
  "StepSkipped",
  "Materialization",
  "Observation",
];

/** A step that has started and not ended. */
interface OpenStep {
  readonly computation: string;
  /** The display form of its partition; undefined without partitions, and for a batch. */
  readonly partition: string | undefined;
}

/** A run that is being made, as far as its events were read. */
interface FollowedRun {
  /** The id of the last event that was read. */
  after: number;
  readonly open: Map<string, OpenStep>;
  /** The ids of the outputs that it has made. */
  readonly made: Set<string>;
}

/** Which assets and partitions runs are making now, read from the records: each event once. */
export class RunningSteps {
  readonly #graph: Graph;
  readonly #storage: Storage;
  readonly #runs = new Map<string, FollowedRun>();
  readonly #outputs: ReadonlyMap<string, readonly string[]>;
  #reading: Promise<unknown> = Promise.resolve();
  lastEventId = 0;

  constructor(graph: Graph, storage: Storage) {
    this.#graph = graph;
    this.#storage = storage;
    this.#outputs = new Map(graph.computations.map(({ name, outputs }) => [name, outputs.map((output) => output.name)]));
  }

  /** By the name of the asset: the runs by the display forms of the partitions that they are making; `""` without partitions. */
  read(started: readonly RunRecord[]): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    // One after the other, so that no event is read twice.
    const reading = this.#reading.then(() => this.#read(started));
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #read(started: readonly RunRecord[]): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const names = new Set(started.map(({ runId }) => runId));
    for (const runId of this.#runs.keys()) if (!names.has(runId)) this.#runs.delete(runId);
    const running = new Map<string, Map<string, string>>();
    await Promise.all(started.map(({ runId }) => this.#follow(runId)));
    for (const run of started) this.#add(running, run);
    return running;
  }

  async #follow(runId: string): Promise<void> {
    const run = this.#runs.get(runId) ?? { after: 0, open: new Map(), made: new Set() };
    this.#runs.set(runId, run);
    for (const event of await this.#storage.getEventsForRun(runId, { types, after: run.after })) {
      this.#apply(run, event);
      run.after = event.id;
    }
    this.lastEventId = Math.max(this.lastEventId, run.after);
  }

  #add(running: Map<string, Map<string, string>>, { runId, nodeNames, partitionKeys = [] }: RunRecord): void {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    const made = new Set(nodeNames);
    for (const { computation, partition } of run.open.values()) {
      for (const output of this.#outputs.get(computation) ?? []) {
        if (!made.has(output)) continue;
        const isBatch = partition === undefined && this.#graph.nodes.get(output)?.definition.partitions !== undefined;
        const partitions = running.get(output) ?? new Map<string, string>();
        running.set(output, partitions);
        for (const each of isBatch ? partitionKeys : [partition])
          if (!run.made.has(outputId(output, each))) partitions.set(each ?? "", runId);
      }
    }
  }

  #apply({ open, made }: FollowedRun, event: AnyEvent): void {
    // Another process goes on with the run.
    if (event.assetKey === undefined) {
      open.clear();
      return;
    }
    const { assetKey, partitionKey, eventType } = event;
    const partition = partitionKey && String(partitionKey);
    const id = outputId(assetKey, partition);
    if (eventType === "StepStart") open.set(id, { computation: assetKey, partition });
    else if (eventType === "Materialization" || eventType === "Observation") made.add(id);
    else {
      // A failure has the name and the partition of the output, of a step that may make several.
      const computation = this.#graph.nodes.get(assetKey)?.computation.name ?? assetKey;
      open.delete(outputId(computation, partition));
      open.delete(outputId(computation, undefined));
    }
  }
}
