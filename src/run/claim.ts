import { currentHolder } from "#holder";
import { EdgewaterError, isEdgewaterError, thrownText } from "../errors.ts";
import type { Batch, Lease, LeaseChange, NewEvent, Precondition, StoredEvent } from "../storage/types.ts";
import { isUnchanged } from "./endings.ts";
import { beatsPerLease, Heartbeat } from "./heartbeat.ts";
import { living } from "./living.ts";
import { howItEnded, type OwnerOptions, type StepOwner, takenOverBy } from "./owner.ts";
import { outputId } from "./plan.ts";
import type { StepRequest } from "./protocol.ts";

/** How long a worker may be silent before another one may make its step, in milliseconds. */
export const defaultClaimMs = 30_000;

/** The owner of the lease of a step whose end is recorded. It stays until the run ends. */
export const endedOwner = "ended";

/**
 * The claim of a worker on one step of a run: a lease below that of the run. Every commit requires that the run still has the owner
 * that sent the step, and that the worker still has its claim. The first commit takes the claim, the one that records how the step
 * ended ends it: its success, its failure, or that it was skipped because nothing has changed. A worker never takes over a run.
 */
export class StepClaim implements StepOwner {
  readonly run: { readonly runId: string };
  readonly isSent = true;
  readonly #request: StepRequest;
  readonly #options: OwnerOptions;
  readonly #holder: string;
  /** The lease that the claim follows. */
  readonly #seen: Lease | undefined;
  readonly #attempt: number;
  readonly #token: string;
  readonly #abort = new AbortController();
  readonly #heartbeat: Heartbeat;
  readonly #failures = new Map<string, number>();
  #writes = 0;
  #state: "new" | "held" | "ended" = "new";
  #lost: EdgewaterError<"TakenOver"> | undefined;
  #isSuperseded = false;
  #later: { events: readonly NewEvent[]; obsolete: readonly string[] } = { events: [], obsolete: [] };

  private constructor(request: StepRequest, seen: Lease | undefined, options: OwnerOptions, holder: string) {
    this.run = { runId: request.runId };
    this.#request = request;
    this.#seen = seen;
    this.#options = options;
    this.#holder = holder;
    this.#attempt = Math.max(request.attempt, seen?.attempt ?? 1);
    this.#token = `${this.#attempt}.${crypto.randomUUID()}`;
    this.#heartbeat = new Heartbeat(options.leaseMs / beatsPerLease, () => this.#beat());
  }

  /** Prepares the claim of a step. */
  static async of(request: StepRequest, seen: Lease | undefined, options: OwnerOptions): Promise<StepClaim> {
    return new StepClaim(request, seen, options, (await currentHolder()).name);
  }

  /** Aborted when the caller aborts, or the claim is lost. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.#options.signal, this.#abort.signal]);
  }

  /** Whether the end of the step was recorded with this claim. */
  get hasEnded(): boolean {
    return this.#state === "ended";
  }

  /** The error of a claim that was lost: to another worker, or because the run has another owner or has ended. */
  get lost(): EdgewaterError<"TakenOver"> | undefined {
    return this.#lost;
  }

  /** Whether another worker has the step. */
  get isSuperseded(): boolean {
    return this.#isSuperseded;
  }

  /** The ids of the recorded failures, by the ids of the outputs. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  /** A new id for a write of this claim. */
  newWriteId(): string {
    return `${this.run.runId}/${this.#attempt}.${++this.#writes}.${this.#token.slice(-8)}`;
  }

  /** Records events with the next commit. */
  recordLater(...events: readonly NewEvent[]): void {
    this.#later = { ...this.#later, events: [...this.#later.events, ...events] };
  }

  /** Records that the step was skipped because nothing has changed, if the preconditions hold. This ends the claim. */
  async recordUnchanged(event: NewEvent, preconditions: readonly Precondition[]): Promise<void> {
    await this.commit({ preconditions, events: [event] });
  }

  /** Deletes a key of the key-value store with the next commit. */
  deleteLater(key: string): void {
    this.#later = { ...this.#later, obsolete: [...this.#later.obsolete, key] };
  }

  /**
   * Commits for the step, and returns the events of the batch.
   *
   * @throws `TakenOver` when the claim is lost, `PreconditionFailed` when another precondition does not hold
   */
  async commit(batch: Batch): Promise<readonly StoredEvent[]> {
    if (this.#lost) throw this.#lost;
    const { events: ahead, obsolete } = this.#later;
    this.#later = { events: [], obsolete: [] };
    const { events = [], preconditions = [], kv = [] } = batch;
    const { runId, step, owner } = this.#request;
    const isEnd = events.some(isEndOfStep);
    const held =
      this.#state === "new" ? { owner: this.#seen?.owner, ...(this.#seen && { beat: this.#seen.beat }) } : { owner: this.#token };
    try {
      living.set(this.#token, this);
      const stored = await this.#options.storage.commit({
        ...batch,
        preconditions: [{ lease: runId, owner }, { lease: runId, step, ...held }, ...preconditions],
        events: [...ahead, ...events],
        kv: [...kv, ...obsolete.map((key) => ({ key, value: undefined }))],
        leases: [{ ...this.#renewal, ...(isEnd && { owner: endedOwner }) }],
      });
      this.#committed(isEnd);
      const own = stored.slice(ahead.length);
      for (const { eventType, assetKey, partitionKey, id } of own as readonly (Omit<StoredEvent, "eventType"> & { eventType: string })[])
        if (eventType === "StepFailure") this.#failures.set(outputId(assetKey, partitionKey), id);
      return own;
    } catch (error) {
      this.#later = { events: [...ahead, ...this.#later.events], obsolete: [...obsolete, ...this.#later.obsolete] };
      await this.#findOut(isEdgewaterError(error, "PreconditionFailed"));
      throw this.#lost ?? error;
    }
  }

  /** Stops renewing the claim. */
  stop(): void {
    this.#heartbeat.stop();
    living.delete(this.#token);
  }

  /** Aborts the step, because its run was taken over, canceled or ended, or another worker makes it. */
  lose(reason: string): void {
    const { runId, step } = this.#request;
    this.#lost ??= new EdgewaterError("TakenOver", `Cannot go on with the step ${JSON.stringify(step)} of the run ${runId}: ${reason}`, {
      key: runId,
    });
    this.stop();
    this.#abort.abort(this.#lost);
  }

  get #renewal(): LeaseChange & { readonly owner: string } {
    const { runId, step } = this.#request;
    return { runId, step, owner: this.#token, attempt: this.#attempt, ttlMs: this.#options.leaseMs, holder: this.#holder };
  }

  #committed(isEnd: boolean): void {
    if (isEnd) {
      this.#state = "ended";
      this.stop();
    } else if (this.#state === "new") {
      this.#state = "held";
      this.#heartbeat.start();
    } else {
      this.#heartbeat.renewed();
    }
  }

  async #beat(): Promise<void> {
    try {
      await this.commit({});
    } catch (error) {
      if (this.#lost !== undefined || this.#state === "ended") return;
      this.#options.log.warn(`Cannot renew the claim of the step ${this.#request.step}`, thrownText(error));
    }
  }

  /** Finds out what became of a commit that was refused or got no answer. */
  async #findOut(isRefused: boolean): Promise<void> {
    const { storage } = this.#options;
    const { runId, step, owner } = this.#request;
    let leases: readonly (Lease | undefined)[];
    try {
      leases = await Promise.all([storage.getLeases(runId, ""), storage.getLeases(runId, step)]).then((found) =>
        found.map(([lease]) => lease),
      );
    } catch (error) {
      if (isRefused) throw error;
      return;
    }
    const [run, own] = leases;
    if (this.#state === "new" && own?.owner === this.#token) this.#committed(false);
    if (!isRefused || this.#state === "ended") return;
    if (run === undefined) return this.lose(await howItEnded(runId, storage));
    if (run.owner !== owner) return this.lose(`the run has another owner: ${takenOverBy(run)}`);
    const isHeld = this.#state === "new" ? own?.owner === this.#seen?.owner && own?.beat === this.#seen?.beat : own?.owner === this.#token;
    if (isHeld) return;
    this.#isSuperseded = true;
    this.lose(own === undefined || own.owner === endedOwner ? "another worker has made it" : takenOverBy(own));
  }
}

/** Whether an event says how a step ended. */
function isEndOfStep(event: NewEvent): boolean {
  return event.eventType === "StepSuccess" || event.eventType === "StepFailure" || isUnchanged(event);
}
