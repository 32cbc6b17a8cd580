import { currentHolder } from "#holder";
import { EdgewaterError, isEdgewaterError, thrownText } from "../errors.ts";
import type { Log } from "../io-handler/contexts.ts";
import { runEvent } from "../storage/events.ts";
import type { Batch, Lease, LeaseChange, NewEvent, Precondition, RunOutcome, RunRecord, Storage, StoredEvent } from "../storage/types.ts";

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
}

/** The owners of this isolate, by their tokens. */
const living = new Map<string, RunOwner>();

/**
 * The owner of a run: the one process that may commit for it. Every commit requires that its lease is still held by this owner,
 * so a run that was taken over or canceled elsewhere cannot be recorded any more. A timer renews the lease while nothing is
 * committed.
 */
export class RunOwner {
  /** The record of the run, with its attempt. */
  readonly run: RunRecord;
  readonly attempt: number;
  readonly #token: string;
  readonly #options: OwnerOptions;
  readonly #holder: string;
  readonly #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastBeat = 0;
  #writes = 0;
  #lost: EdgewaterError<"TakenOver"> | undefined;
  /** Whether the end of the run is being recorded: from then on a commit may be refused because the run has ended. */
  #isEnding = false;
  /** Events and keys that the next commit writes. */
  #later: { events: NewEvent[]; obsolete: string[] } = { events: [], obsolete: [] };

  private constructor(run: RunRecord, options: OwnerOptions, holder: string) {
    this.run = run;
    this.attempt = run.attempt ?? 1;
    this.#token = `${this.attempt}.${crypto.randomUUID()}`;
    this.#options = options;
    this.#holder = holder;
  }

  /**
   * Begins a run, or takes it over, with one commit.
   *
   * @param preconditions what must hold: that the run is new, or is as it was seen
   * @throws `PreconditionFailed` when they do not hold
   */
  static async take(run: RunRecord, preconditions: readonly Precondition[], options: OwnerOptions): Promise<RunOwner> {
    const holder = await currentHolder();
    const owner = new RunOwner(run, options, holder.name);
    await owner.#take(preconditions);
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

  /** A new id for a write of this run. Two owners that count as the same attempt never share one. */
  newWriteId(): string {
    return `${this.run.runId}/${this.attempt}.${++this.#writes}.${this.#token.slice(-8)}`;
  }

  /** Records events with the next commit: those of steps that were skipped. */
  recordLater(...events: readonly NewEvent[]): void {
    this.#later.events.push(...events);
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
    const isHeld: Precondition = { lease: this.run.runId, owner: this.#token };
    try {
      const stored = await this.#options.storage.commit({
        ...batch,
        preconditions: [isHeld, ...preconditions],
        events: [...ahead, ...events],
        kv: [...kv, ...obsolete.map((key) => ({ key, value: undefined }))],
        leases,
      });
      this.#lastBeat = performance.now();
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
        await this.commit({ runs: [record], leases: [{ runId, owner: undefined }], events: [runEvent("RunEnd", record)] });
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
    clearTimeout(this.#timer);
    living.delete(this.#token);
    this.#options.signal.removeEventListener("abort", this.#onAbort);
  }

  /** Aborts the run, because it was taken over, canceled or ended elsewhere. */
  lose(reason: string): void {
    this.#lost ??= new EdgewaterError("TakenOver", `Cannot go on with the run ${this.run.runId}: ${reason}`, { key: this.run.runId });
    this.stop();
    this.#abort.abort(this.#lost);
  }

  async #take(preconditions: readonly Precondition[]): Promise<void> {
    const { storage, signal } = this.#options;
    const batch = { preconditions, runs: [this.run], leases: [this.#renewal], events: [runEvent("RunStart", this.run)] };
    // Others of this isolate see the lease before the commit returns.
    living.set(this.#token, this);
    try {
      await storage.commit(batch);
    } catch (error) {
      const isRefused = isEdgewaterError(error, "PreconditionFailed");
      if (isRefused || !(await this.#holdsLease().catch(() => false))) {
        living.delete(this.#token);
        throw error;
      }
    }
    this.#lastBeat = performance.now();
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
    this.#beatLater();
  }

  readonly #onAbort = (): void => this.#abort.abort(this.#options.signal.reason);

  get #renewal(): LeaseChange {
    return { runId: this.run.runId, owner: this.#token, attempt: this.attempt, ttlMs: this.#options.leaseMs, holder: this.#holder };
  }

  #takeLater(): { events: NewEvent[]; obsolete: string[] } {
    const { events, obsolete } = this.#later;
    this.#later = { events: events.slice(pageSize), obsolete: [] };
    return { events: events.slice(0, pageSize), obsolete };
  }

  #beatLater(): void {
    const interval = Math.min(this.#options.leaseMs / 4, 2 ** 31 - 1);
    const beat = async (): Promise<void> => {
      try {
        if (performance.now() - this.#lastBeat >= interval / 2) await this.commit({});
      } catch (error) {
        if (this.#lost === undefined && !this.#isEnding)
          this.#options.log.warn(`Cannot renew the lease of the run ${this.run.runId}`, thrownText(error));
      }
      if (this.#lost === undefined && living.has(this.#token)) this.#beatLater();
    };
    this.#timer = setTimeout(beat, interval);
    // In Node a timer keeps the process running; a run that waits for something else does not need it.
    (this.#timer as { readonly unref?: () => void }).unref?.();
  }

  async #holdsLease(): Promise<boolean> {
    const leases = await this.#options.storage.getLeases(this.run.runId);
    return leases.some(({ step, owner }) => step === undefined && owner === this.#token);
  }

  async #checkOwnership(): Promise<void> {
    const { storage } = this.#options;
    const { runId } = this.run;
    const lease = (await storage.getLeases(runId)).find(({ step }) => step === undefined);
    if (lease?.owner === this.#token) return;
    this.lose(lease === undefined ? await this.#howItEnded() : takenOverBy(lease));
  }

  async #howItEnded(): Promise<string> {
    const run = await this.#options.storage.getRun(this.run.runId);
    if (run === undefined) return "its records were deleted";
    const when = run.endTime === undefined ? "" : ` at ${new Date(run.endTime).toISOString()}`;
    return run.status === "Canceled" ? `it was canceled elsewhere${when}` : `it was ended elsewhere${when} with the status ${run.status}`;
  }
}

function takenOverBy({ attempt, holder, ageMs }: Lease): string {
  const who = holder === undefined ? "another process" : `the process ${holder}`;
  return `${who} took it over as attempt ${attempt} and was heard of ${Math.round(ageMs)} ms ago`;
}

/** Tells the owners of a run in this isolate, which may be one and another that took it over, that it was canceled. */
export function loseCanceled(runId: string): void {
  for (const owner of [...living.values()]) if (owner.run.runId === runId) owner.lose("it was canceled");
}

/**
 * Whether the owner of a lease has certainly ended: its token is not among those of this isolate, or its process or tab is gone.
 * Of a Storage that other machines reach too, only an owner whose name says that it is on this machine can be told so.
 */
export async function hasOwnerEnded({ reach }: Storage, { owner, holder }: Lease): Promise<boolean> {
  if (reach === "process") return !living.has(owner);
  if (holder === undefined) return false;
  const current = await currentHolder();
  if (holder === current.name) return !living.has(owner);
  return (reach === "machine" || current.namesMachine) && current.hasEnded(holder);
}
