/** What really happened, whatever answers were lost: enough to tell whether the records and the values are right. */
import { type Batch, contentVersion, type StoredEvent } from "edgewater";
import { decodeIntent, type Intent, intentPrefix, writeIdOf } from "../../../src/storage/intent.ts";
import type { Process } from "./world.ts";

/** A value that a function made: what it is made from is a part of it. */
export interface Made {
  /** Names the value: of every call another one, or of every input where values are to be equal. */
  readonly name: string;
  /** The name of the value of `a` that it was made from. */
  readonly from: string;
}

/** A write that has happened. */
interface Written {
  readonly asset: string;
  readonly writeId: string | undefined;
  readonly made: Made;
  readonly body: Uint8Array;
}

type Committed = Awaited<ReturnType<import("edgewater").Storage["commit"]>>;

/** The commits and the writes of a schedule in their order, and the invariants that they have violated. */
export class History {
  readonly violations: string[] = [];
  /** What is allowed where a store has no conditions, or etags that name content. */
  readonly reported: string[] = [];
  readonly records: StoredEvent[] = [];
  readonly #etags: "write" | "content" | undefined;
  readonly #owners = new Map<string, Process | undefined>();
  /** The processes whose run was taken over or canceled elsewhere. */
  readonly #robbed = new Set<Process>();
  /** The workers that have claimed a step, by its run and its name. */
  readonly #claims = new Map<string, readonly Process[]>();
  /** The runs that have ended at least once. */
  readonly #over = new Set<string>();
  readonly #intents = new Map<string, Intent>();
  readonly #writes: Written[] = [];
  /** The digests of the values, by asset and name. */
  readonly #versions = new Map<string, string>();

  constructor(etags: "write" | "content" | undefined) {
    this.#etags = etags;
  }

  get isStrict(): boolean {
    return this.#etags === "write";
  }

  /** The latest record of an asset. */
  latest(asset: string): StoredEvent | undefined {
    return this.records.findLast(({ assetKey }) => assetKey === asset);
  }

  /** A commit that has happened. */
  commit(process: Process, batch: Batch, events: Committed): void {
    this.#checkOwner(process, batch);
    for (const { key, value } of batch.kv ?? [])
      if (value !== undefined && key.startsWith(intentPrefix())) this.#intents.set(writeIdOf(key), decodeIntent(value) as Intent);
    for (const event of events as readonly StoredEvent[]) {
      const { eventType, assetKey, runId, id } = event as Omit<StoredEvent, "eventType"> & { readonly eventType: string };
      if (eventType === "StepStart") {
        const outputs = outputsOf(assetKey);
        for (const output of outputs) process.begun.set(output, id);
        if (outputs.every((output) => this.records.some((each) => each.runId === runId && each.assetKey === output)))
          this.violations.push(`I3: ${process.name} begins ${assetKey} again, which its run has recorded`);
      }
      if (eventType === "RunStart") process.runId = runId;
      if (eventType === "Materialization") this.records.push(event);
    }
  }

  /** A run has an outcome that its owner did not give it. */
  cancel(process: Process, runId: string): void {
    this.#own(runId, undefined, process);
  }

  /** A write that has happened. */
  put(process: Process, asset: string, body: Uint8Array, writeId: string | undefined, begun: number): void {
    const made = madeOf(body);
    this.#writes.push({ asset, writeId, made, body });
    const latest = this.latest(asset);
    if (latest === undefined || latest.id <= begun || latest.stored?.writeId === writeId) return;
    const found = `${process.name} writes ${made.name} over the record ${latest.id}, which is newer than its step ${begun}`;
    if (this.isStrict) this.violations.push(`I2: ${found}`);
    else this.reported.push(found);
  }

  /** Checks every record against the announcement of its write, and against what its value was made from. */
  async checkRecords(): Promise<void> {
    await this.learnVersions();
    for (const asset of storedAssets) {
      const records = this.records.filter((each) => each.assetKey === asset && each.stored !== undefined).length;
      const writes = this.#writes.filter((each) => each.asset === asset).length;
      if (records > writes && this.#etags !== "content") this.violations.push(`I9: ${asset} has ${records} records of ${writes} writes`);
    }
    const known = new Set<string>();
    for (const record of this.records) {
      const { assetKey, runId, stored, id } = record;
      const of = `the record ${id} of ${assetKey}`;
      const write = this.isStrict ? `${assetKey} ${stored?.writeId}` : `${assetKey} ${runId} ${stored?.writeId}`;
      if (stored !== undefined && known.has(write)) this.violations.push(`I9: ${of} records ${stored?.writeId} again`);
      known.add(write);
      const own = this.records.find((each) => each !== record && each.assetKey === assetKey && each.runId === runId);
      if (this.isStrict && own !== undefined) this.violations.push(`I9: ${runId} has recorded ${assetKey} twice, as ${id} and ${own.id}`);
      this.#checkAdopted(record, of);
      this.#checkInputs(record, of);
    }
  }

  /** Computes the data versions of the values that were written. */
  async learnVersions(): Promise<void> {
    for (const { asset, made, body } of this.#writes) this.#versions.set(`${asset} ${made.name}`, await contentVersion(body));
  }

  /** Checks that a process that was told that its run was taken over has lost it. */
  checkTakenOver(process: Process, error: unknown): void {
    const { code } = (error ?? {}) as { readonly code?: string };
    // The run of a worker may also have ended without it.
    const isOver = process.sender !== undefined && this.#over.has(process.runId ?? "");
    if (code === "TakenOver" && !isOver && !this.#robbed.has(process.sender ?? process))
      this.violations.push(`I4: ${process.name} was told that it was taken over: ${String(error)}`);
  }

  /** Checks that what a process was told is recorded. */
  checkAcknowledged(process: Process, events: readonly StoredEvent[]): void {
    for (const { id, assetKey, dataVersion } of events) {
      const record = this.records.find((each) => each.id === id);
      if (record?.assetKey !== assetKey || record.dataVersion !== dataVersion)
        this.violations.push(`I5: ${process.name} was told of the event ${id} of ${assetKey}, which is not recorded`);
    }
  }

  /** The name of the value of a record; undefined when its write is not known. */
  madeBy({ stored, assetKey, dataVersion }: StoredEvent): Made | undefined {
    const isOf = ({ asset, writeId }: Written): boolean => asset === assetKey && writeId === stored?.writeId && writeId !== undefined;
    const isEqual = ({ asset, made }: Written): boolean => asset === assetKey && this.#versionOf(asset, made.name) === dataVersion;
    return (this.#writes.find(isOf) ?? this.#writes.find(isEqual))?.made;
  }

  #checkOwner(process: Process, { leases = [], events = [], preconditions = [] }: Batch): void {
    for (const { runId, step, owner } of leases) {
      if (step !== undefined) {
        this.#checkClaim(
          process,
          runId,
          step,
          events.some(({ eventType }) => eventType === "StepStart"),
        );
        continue;
      }
      const isStart = events.some(({ eventType }) => eventType === "RunStart");
      const isOwner = preconditions.some((each) => "lease" in each && each.owner !== undefined);
      if (!isStart && isOwner && this.#owners.get(runId) !== process)
        this.violations.push(`I4: ${process.name} commits for ${runId}, which it does not own`);
      if (isStart || owner === undefined) this.#own(runId, isStart ? process : undefined, process);
    }
  }

  /** A worker commits for the owner of the run, and until another one claims the step. */
  #checkClaim(process: Process, runId: string, step: string, isStart: boolean): void {
    const what = `I4: ${process.name} commits for the step ${step} of ${runId}`;
    if (this.#owners.get(runId) !== (process.sender ?? process)) this.violations.push(`${what}, which has another owner`);
    const claims = this.#claims.get(`${runId} ${step}`) ?? [];
    if (claims.includes(process) && claims.at(-1) !== process)
      this.violations.push(`${what}, which ${claims.at(-1)?.name} has claimed since`);
    if (isStart && !claims.includes(process)) this.#claims.set(`${runId} ${step}`, [...claims, process]);
  }

  #own(runId: string, owner: Process | undefined, by: Process): void {
    const before = this.#owners.get(runId);
    if (before !== undefined && before !== by) this.#robbed.add(before);
    if (owner === undefined) this.#over.add(runId);
    this.#owners.set(runId, owner);
  }

  #checkAdopted(record: StoredEvent, of: string): void {
    const { writeId } = record.stored ?? {};
    const intent = writeId === undefined ? undefined : this.#intents.get(writeId);
    if (intent === undefined || intent.event.runId !== record.runId) return;
    const comparable = ({ metadata, timestamp, stored, ...event }: Intent["event"]): string => {
      const { adopted, overwrote, write_duration_s, ...rest } = metadata;
      return JSON.stringify(sorted({ ...event, id: undefined, partitionKey: undefined, metadata: sorted(rest), digest: stored?.digest }));
    };
    if (comparable(record) !== comparable(intent.event))
      this.violations.push(`I6: ${of} is ${comparable(record)} and was announced as ${comparable(intent.event)}`);
  }

  #checkInputs(record: StoredEvent, of: string): void {
    const made = record.assetKey === "e" ? { from: String(record.metadata["from"]?.value) } : this.madeBy(record);
    if (made === undefined || made.from === "") return;
    const read = this.#versionOf("a", made.from);
    if (record.inputDataVersions["a"] !== read)
      this.violations.push(`I7: ${of} was made from ${made.from} with the version ${read}, and says ${record.inputDataVersions["a"]}`);
    const input = this.records.find(({ id }) => id === record.inputEventIds?.["a"]);
    if (input === undefined ? this.isStrict : this.madeBy(input)?.name !== made.from)
      this.violations.push(`I7: ${of} was made from ${made.from}, and says the event ${record.inputEventIds?.["a"]}`);
  }

  /** The data version that the value with a name was announced with. */
  #versionOf(asset: string, name: string): string | undefined {
    return this.#versions.get(`${asset} ${name}`);
  }
}

/** The assets that have values in the store. */
export const storedAssets = ["a", "b", "c", "d"];

/** The outputs of a step. */
function outputsOf(step: string): readonly string[] {
  return step === "pair" ? ["c", "d"] : [step];
}

/** The value that bytes are written from. */
export function madeOf(body: Uint8Array): Made {
  return JSON.parse(new TextDecoder().decode(body)) as Made;
}

function sorted(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}
