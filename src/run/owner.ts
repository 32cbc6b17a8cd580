import { currentHolder } from "#holder";
import { EdgewaterError, isEdgewaterError, thrownText } from "../errors.ts";
import type { Log } from "../io-handler/contexts.ts";
import { runEvent } from "../storage/events.ts";
import { plannedKey } from "../storage/planned.ts";
import type { Batch, Lease, LeaseChange, NewEvent, Precondition, RunOutcome, RunRecord, Storage, StoredEvent } from "../storage/types.ts";
import type { Executor } from "./executor.ts";
import { beatsPerLease, Heartbeat } from "./heartbeat.ts";
import { living } from "./living.ts";

/** How long the owner of a run may be silent before another process may take the run over, in milliseconds. */
export const defaultLeaseMs = 120_000;

/** Events of one commit that nobody waits for. */
const pageSize = 500;

/** What an owner needs. */
export interface OwnerOptions {
  readonly storage: Storage;
  readonly log: Log;
  /** Aborts the run. */
  readonly signal: AbortSignal;
  readonly leaseMs: number;
  /** How often the lease is renewed, in milliseconds; four times in its time unless given. */
  readonly beatMs?: number | undefined;
}

/** The time of the lease of a run that an engine keeps until it ends, in milliseconds: only force takes such a run over. */
export const keptLeaseMs = 1e15;

/** The options of the owner of a run that is kept until it ends. Where only steps are kept, its process looks whether it was canceled. */
export function keptOptions<Options extends OwnerOptions>({ keepsSteps }: Executor, options: Options): Options {
  return { ...options, leaseMs: keptLeaseMs, beatMs: keepsSteps ? options.leaseMs / beatsPerLease : undefined };
}

/** Who commits for a step: the owner of its run, or the worker that has claimed the step. */
export interface StepOwner {
  readonly run: Pick<RunRecord, "runId"> & Partial<Pick<RunRecord, "kind">>;
  readonly commit: (batch: Batch) => Promise<readonly StoredEvent[]>;
  readonly newWriteId: () => string;
  readonly recordLater: (...events: readonly NewEvent[]) => void;
  /** Records that a step was skipped because nothing has changed. A worker ends its claim with it, if the preconditions hold. */
  readonly recordUnchanged: (event: NewEvent, preconditions: readonly Precondition[]) => Promise<void>;
  readonly deleteLater: (key: string) => void;
}

/**
 * The owner of a run: the one process that may commit for it. Every commit requires that its lease is still held by this owner,
 * so a run that was taken over or canceled elsewhere cannot be recorded any more. A timer renews the lease while nothing is
 * committed.
 */
export class RunOwner implements StepOwner {
  /** The record of the run, with its attempt. */
  readonly run: RunRecord;
  readonly attempt: number;
  /** The token, which sends steps to workers. */
  readonly token: string;
  /** Whether an engine keeps the run. */
  readonly isSent: boolean;
  /** Whether another process has made the run before: what it has recorded counts. */
  isRejoined = false;
  readonly #options: OwnerOptions;
  readonly #holder: string | undefined;
  readonly #abort = new AbortController();
  readonly #heartbeat: Heartbeat;
  #writes = 0;
  #lost: EdgewaterError<"TakenOver"> | undefined;
  /** Whether the end of the run is being recorded: from then on a commit may be refused because the run has ended. */
  #isEnding = false;
  #since: number | undefined;
  /** Events and keys that the next commit writes. */
  #later: { events: NewEvent[]; obsolete: string[] } = { events: [], obsolete: [] };

  private constructor(run: RunRecord, options: OwnerOptions, holder: string | undefined) {
    this.run = run;
    this.attempt = run.attempt ?? 1;
    this.isSent = options.leaseMs === keptLeaseMs;
    this.token = this.isSent ? keptToken(run) : `${this.attempt}.${crypto.randomUUID()}`;
    this.#options = options;
    this.#holder = holder;
    this.#heartbeat = new Heartbeat(options.beatMs ?? options.leaseMs / beatsPerLease, () => this.#beat());
  }

  /**
   * Begins a run, or takes it over, with one commit.
   *
   * @param preconditions what must hold: that the run is new, or is as it was seen
   * @param planned the plan to keep with the run
   * @throws `PreconditionFailed` when they do not hold
   */
  static async take(
    run: RunRecord,
    preconditions: readonly Precondition[],
    options: OwnerOptions,
    planned?: Uint8Array | undefined,
  ): Promise<RunOwner> {
    // The process that keeps a run for an engine may end before the run.
    const holder = options.leaseMs === keptLeaseMs ? undefined : (await currentHolder()).name;
    const owner = new RunOwner(run, options, holder);
    await owner.#take(preconditions, planned);
    return owner;
  }

  /** Goes on with a run that an engine keeps. Its first commit is refused when the run was taken over with force. */
  static rejoin(run: RunRecord, options: OwnerOptions): RunOwner {
    const owner = new RunOwner(run, options, undefined);
    owner.isRejoined = true;
    owner.#start();
    return owner;
  }

  /** Aborted when the run is: by the caller, or because it was taken over. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The error of a run that was taken over, canceled or ended elsewhere. */
  get lost(): EdgewaterError<"TakenOver"> | undefined {
    return this.#lost;
  }

  /** The id of the event with which the run began: every other event of the run has a greater one. */
  async since(): Promise<number> {
    if (this.#since === undefined) {
      const [begun] = await this.#options.storage.getEventsForRun(this.run.runId, { types: ["RunStart"], limit: 1 });
      this.#since = begun?.id ?? 0;
    }
    return this.#since;
  }

  /** The id of the last event that was recorded before this owner began to make the run, or went on with it. */
  async lastEvent(): Promise<number> {
    if (this.#since !== undefined) return this.#since;
    return (await this.#options.storage.getEventsForRun(this.run.runId, { types: "all" })).at(-1)?.id ?? 0;
  }

  /** A new id for a write of this run. Two owners that count as the same attempt never share one. */
  newWriteId(): string {
    return `${this.run.runId}/${this.attempt}.${++this.#writes}.${this.token.slice(-8)}`;
  }

  /** Records events with the next commit: those of steps that were skipped. */
  recordLater(...events: readonly NewEvent[]): void {
    this.#later.events.push(...events);
  }

  /** Records with the next commit that a step was skipped because nothing has changed: nothing waits for it. */
  async recordUnchanged(event: NewEvent): Promise<void> {
    this.recordLater(event);
  }

  /** Deletes a key of the key-value store with the next commit. */
  deleteLater(key: string): void {
    this.#later.obsolete.push(key);
  }

  /**
   * Commits for the run, and returns the events of the batch.
   *
   * @throws `TakenOver` when this is not the owner any more, `PreconditionFailed` when another precondition does not hold
   */
  async commit(batch: Batch): Promise<readonly StoredEvent[]> {
    if (this.#lost) throw this.#lost;
    const { events: ahead, obsolete } = this.#takeLater();
    const { events = [], preconditions = [], leases = [this.#renewal], kv = [] } = batch;
    const isHeld: Precondition = { lease: this.run.runId, owner: this.token };
    try {
      const stored = await this.#options.storage.commit({
        ...batch,
        preconditions: [isHeld, ...preconditions],
        events: [...ahead, ...events],
        kv: [...kv, ...obsolete.map((key) => ({ key, value: undefined }))],
        leases,
      });
      this.#heartbeat.renewed();
      return stored.slice(ahead.length);
    } catch (error) {
      this.#later = { events: [...ahead, ...this.#later.events], obsolete: [...obsolete, ...this.#later.obsolete] };
      if (isEdgewaterError(error, "PreconditionFailed") && !this.#isEnding) await this.#checkOwnership();
      throw this.#lost ?? error;
    }
  }

  /** Records how the run ended, and ends its lease. */
  async end(status: RunOutcome, endTime: number): Promise<void> {
    const { runId } = this.run;
    try {
      while (this.#later.events.length > pageSize) await this.commit({});
      const record = { ...this.run, status, endTime };
      this.#isEnding = true;
      try {
        const kv = [{ key: plannedKey(runId), value: undefined }];
        await this.commit({ runs: [record], leases: [{ runId, owner: undefined }], events: [runEvent("RunEnd", record)], kv });
      } catch (error) {
        // The answer may be lost while the run has ended.
        const found = await this.#options.storage.getRun(runId);
        if (found?.status === status && found.endTime === endTime) return;
        if (isEdgewaterError(error, "PreconditionFailed")) await this.#checkOwnership();
        throw this.#lost ?? error;
      }
    } finally {
      this.stop();
    }
  }

  /** Stops renewing the lease. */
  stop(): void {
    this.#heartbeat.stop();
    living.delete(this.token);
    this.#options.signal.removeEventListener("abort", this.#onAbort);
  }

  /** Aborts the run, because it was taken over, canceled or ended elsewhere. */
  lose(reason: string): void {
    this.#lost ??= new EdgewaterError("TakenOver", `Cannot go on with the run ${this.run.runId}: ${reason}`, { key: this.run.runId });
    this.stop();
    this.#abort.abort(this.#lost);
  }

  async #take(preconditions: readonly Precondition[], planned: Uint8Array | undefined): Promise<void> {
    const { storage } = this.#options;
    const { runId } = this.run;
    // Workers that make steps for the owner before lose their claims.
    const leases = [...(this.attempt > 1 ? [{ runId, owner: undefined }] : []), this.#renewal];
    // A resumed run is planned anew.
    const kv = planned !== undefined || this.attempt > 1 ? [{ key: plannedKey(runId), value: planned }] : [];
    const batch = { preconditions, runs: [this.run], leases, events: [runEvent("RunStart", this.run)], kv };
    // Others of this isolate see the lease before the commit returns.
    living.set(this.token, this);
    try {
      const [begun] = await storage.commit(batch);
      if (this.attempt === 1) this.#since = begun?.id;
    } catch (error) {
      const isRefused = isEdgewaterError(error, "PreconditionFailed");
      if (isRefused || !(await this.#holdsLease().catch(() => false))) {
        living.delete(this.token);
        throw error;
      }
    }
    this.#start();
  }

  #start(): void {
    const { signal } = this.#options;
    living.set(this.token, this);
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
    this.#heartbeat.start();
  }

  readonly #onAbort = (): void => this.#abort.abort(this.#options.signal.reason);

  get #renewal(): LeaseChange {
    return { runId: this.run.runId, owner: this.token, attempt: this.attempt, ttlMs: this.#options.leaseMs, holder: this.#holder };
  }

  #takeLater(): { events: NewEvent[]; obsolete: string[] } {
    const { events, obsolete } = this.#later;
    this.#later = { events: events.slice(pageSize), obsolete: [] };
    return { events: events.slice(0, pageSize), obsolete };
  }

  async #beat(): Promise<void> {
    try {
      await this.commit({});
    } catch (error) {
      if (this.#lost !== undefined || this.#isEnding) return;
      this.#options.log.warn(`Cannot renew the lease of the run ${this.run.runId}`, thrownText(error));
    }
  }

  async #holdsLease(): Promise<boolean> {
    return (await this.#options.storage.getLeases(this.run.runId, "")).some(({ owner }) => owner === this.token);
  }

  async #checkOwnership(): Promise<void> {
    const { storage } = this.#options;
    const { runId } = this.run;
    const [lease] = await storage.getLeases(runId, "");
    if (lease?.owner === this.token) return;
    this.lose(lease === undefined ? await howItEnded(runId, storage) : takenOverBy(lease));
  }
}

/** Says how a run ended that has no owner any more. */
export async function howItEnded(runId: string, storage: Storage): Promise<string> {
  const run = await storage.getRun(runId);
  if (run === undefined) return `${storage.name} has no such run; its records were deleted, or this process has other records`;
  const when = run.endTime === undefined ? "" : ` at ${new Date(run.endTime).toISOString()}`;
  return run.status === "Canceled" ? `it was canceled elsewhere${when}` : `it was ended elsewhere${when} with the status ${run.status}`;
}

/** The token of a run that an engine keeps: every process in which the engine goes on with it is its owner. */
export function keptToken({ runId, attempt = 1 }: Pick<RunRecord, "runId" | "attempt">): string {
  return `${attempt}.${runId}`;
}

/** Says who has taken a run or a step over. */
export function takenOverBy({ attempt, holder, ageMs }: Lease): string {
  const who = holder === undefined ? "another process" : `the process ${holder}`;
  return `${who} took it over as attempt ${attempt} and was heard of ${Math.round(ageMs)} ms ago`;
}
